package espalier.engine.tensor;

import it.unimi.dsi.fastutil.objects.ReferenceArrayList;
import java.util.Arrays;

/**
 * A scope for tensors that die together: what ops compute while it is open goes back to the {@link ArrayPool} when it closes.
 *
 * <p>Workspaces nest and belong to the thread that opened them. A tensor that must outlive its workspace is either
 * {@linkplain #keep kept} (it then belongs to the enclosing one) or copied. With assertions on, returned arrays are filled with
 * NaN, so that a stale alias shows at once.
 *
 * <pre>{@code
 * try (Workspace step = Workspace.open()) {
 *     Gradients g = Tape.record(parameters, () -> loss(x, y));
 *     optimizer.step(g);
 * }
 * }</pre>
 */
public final class Workspace implements AutoCloseable {
    private static final ThreadLocal<Workspace> CURRENT = new ThreadLocal<>();
    private static final boolean POISON = Workspace.class.desiredAssertionStatus();

    private final Workspace parent;
    private final ReferenceArrayList<Storage> owned = new ReferenceArrayList<>();

    private Workspace(Workspace parent) {
        this.parent = parent;
    }

    /** {@return a new innermost workspace of this thread; close it in the same thread, inner before outer} */
    public static Workspace open() {
        Workspace w = new Workspace(CURRENT.get());
        CURRENT.set(w);
        return w;
    }

    /** {@return a tensor with arbitrary contents, from the innermost open workspace, or from the heap where none is open} */
    public static Tensor empty(Shape shape) {
        Workspace w = CURRENT.get();
        if (w == null) {
            return Tensor.zeros(shape);
        }
        Storage s = new Storage(ArrayPool.take(shape.size()), w);
        w.owned.add(s);
        return new Tensor(shape, s);
    }

    /** {@return as {@link #empty}, filled with zeros} */
    public static Tensor zeros(Shape shape) {
        Tensor t = empty(shape);
        Arrays.fill(t.data(), 0f);
        return t;
    }

    /**
     * {@return {@code t}, which from now on belongs to the enclosing workspace, or to nobody where there is none}
     *
     * <p>A tensor that this workspace does not own is returned as it is.
     */
    public Tensor keep(Tensor t) {
        Storage s = t.storage();
        if (s.owner == this) {
            s.owner = parent;
            if (parent != null) {
                parent.owned.add(s);
            }
        }
        return t;
    }

    /** Gives the array of {@code t} and of its views back before its workspace closes. A tensor from the heap is left alone. */
    public static void release(Tensor t) {
        release(t.storage());
    }

    private static void release(Storage s) {
        if (s.owner != null && s.data != null) {
            if (POISON) {
                Arrays.fill(s.data, Float.NaN);
            }
            ArrayPool.give(s.data);
            s.data = null;
        }
    }

    @Override
    public void close() {
        if (CURRENT.get() != this) {
            throw new IllegalStateException("workspaces must be closed by the thread that opened them, inner before outer");
        }
        CURRENT.set(parent);
        for (Storage s : owned) {
            if (s.owner == this) {
                release(s);
            }
        }
        owned.clear();
    }
}
