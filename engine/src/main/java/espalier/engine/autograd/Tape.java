package espalier.engine.autograd;

import espalier.engine.kernel.Kernels;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import it.unimi.dsi.fastutil.objects.Reference2ReferenceMaps;
import it.unimi.dsi.fastutil.objects.Reference2ReferenceOpenHashMap;
import it.unimi.dsi.fastutil.objects.ReferenceArrayList;
import it.unimi.dsi.fastutil.objects.ReferenceOpenHashSet;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Reverse-mode differentiation: remembers the ops applied to watched tensors and walks them backwards.
 *
 * <p>A tape is in force for the extent of one {@link #record} in one thread. Gradients live in the map it returns, not on
 * tensors, so nothing has to be zeroed and two computations cannot contaminate each other. Only what lies between the watched
 * tensors and the value is recorded: an attack that watches its input computes no weight gradient.
 */
public final class Tape {
    private static final Tensor[] NONE = {};
    /** Elements that one thread adds at a time. A constant, or results would depend on it. */
    private static final int GRAIN = 1 << 15;
    private static final ScopedValue<Tape> CURRENT = ScopedValue.newInstance();

    private final ReferenceArrayList<Call> calls = new ReferenceArrayList<>();
    private final ReferenceOpenHashSet<Tensor> tracked = new ReferenceOpenHashSet<>();
    private final boolean everything;

    private Tape(Collection<Tensor> watched, boolean everything) {
        tracked.addAll(watched);
        this.everything = everything;
    }

    /**
     * {@return {@code f()} and its gradients by {@code watched}}
     *
     * <p>Every tensor that {@code f} makes dies with the call, but for the value; figures such as an accuracy are taken inside.
     *
     * @param f computes a tensor of size 1
     */
    public static Gradients record(Collection<Tensor> watched, Supplier<Tensor> f) {
        return record(watched, f, null);
    }

    /**
     * {@return {@code f()} and the vector-Jacobian products {@code cotangent · ∂f/∂watched}}
     *
     * @param cotangent of the shape of the value; null for 1, when the value has one element
     */
    public static Gradients record(Collection<Tensor> watched, Supplier<Tensor> f, Tensor cotangent) {
        try (Workspace inner = Workspace.open()) {
            Tape tape = new Tape(watched, false);
            Tensor value = ScopedValue.where(CURRENT, tape).call(f::get);
            if (cotangent == null ? value.size() != 1 : !cotangent.shape().equals(value.shape())) {
                throw new IllegalArgumentException(cotangent == null
                        ? "record: the value must have one element, its shape is " + value.shape()
                        : "record: cotangent " + cotangent.shape() + " against value " + value.shape());
            }
            Tensor seed = Workspace.empty(value.shape());
            if (cotangent == null) {
                seed.data()[0] = 1f;
            } else {
                System.arraycopy(cotangent.data(), 0, seed.data(), 0, seed.size());
            }
            Map<Tensor, Tensor> gradients = tape.backward(watched, value, seed);
            gradients.values().forEach(inner::keep);
            return new Gradients(inner.keep(value), gradients);
        }
    }

    /** {@return every op applied while {@code f} runs, in order, whether or not anything is watched; the last makes the value} */
    public static List<Call> trace(Supplier<Tensor> f) {
        Tape tape = new Tape(List.of(), true);
        ScopedValue.where(CURRENT, tape).call(f::get);
        return tape.calls;
    }

    /** {@return whether a tape is in force in this thread} */
    public static boolean recording() {
        return CURRENT.isBound();
    }

    static Tensor apply(Op op, Tensor... inputs) {
        Tape tape = CURRENT.isBound() ? CURRENT.get() : null;
        boolean[] needed = tape == null ? null : tape.needed(inputs);
        Call call = new Call(op, inputs, needed);
        Tensor output = call.run();
        if (needed != null || tape != null && tape.everything) {
            tape.calls.add(call);
            tape.tracked.add(output);
        }
        return output;
    }

    private boolean[] needed(Tensor[] inputs) {
        if (everything) {
            return null;
        }
        boolean[] needed = null;
        for (int i = 0; i < inputs.length; i++) {
            if (tracked.contains(inputs[i])) {
                if (needed == null) {
                    needed = new boolean[inputs.length];
                }
                needed[i] = true;
            }
        }
        return needed;
    }

    private Map<Tensor, Tensor> backward(Collection<Tensor> watched, Tensor value, Tensor seed) {
        var pending = new PendingGradients();
        pending.add(value, seed, NONE);
        for (int i = calls.size() - 1; i >= 0; i--) {
            Call call = calls.get(i);
            Tensor gy = pending.take(call.output());
            if (gy != null) {
                Tensor[] gx = call.op().vjp(call, gy);
                for (int k = 0; k < call.inputs(); k++) {
                    if (call.needs(k)) {
                        check(call, k, gx[k]);
                        pending.add(call.input(k), gx[k], gx);
                    }
                }
                // Only now: one vjp may return the same array for several inputs.
                for (Tensor g : gx) {
                    if (g != null) {
                        pending.consumed(g);
                    }
                }
                pending.consumed(gy);
            }
            // Nothing earlier on the tape reads this call's output: every later reader has been walked already.
            call.releaseSaved();
            if (!call.output().sharesStorage(value) && !sharesWithInput(call)) {
                Workspace.release(call.output());
            }
        }
        Map<Tensor, Tensor> result = new IdentityHashMap<>();
        for (Tensor w : watched) {
            if (!result.containsKey(w)) {
                result.put(w, pending.takeOwn(w));
            }
        }
        return result;
    }

    private static void check(Call call, int k, Tensor g) {
        if (g == null || !g.shape().equals(call.input(k).shape())) {
            throw new IllegalStateException(call.op() + ": gradient " + (g == null ? null : g.shape()) + " by input " + k + " "
                    + call.input(k).shape());
        }
    }

    private static boolean sharesWithInput(Call call) {
        for (int k = 0; k < call.inputs(); k++) {
            if (call.output().sharesStorage(call.input(k))) {
                return true;
            }
        }
        return false;
    }

    /** Gradients on their way back, each in one array; a tensor used twice gets the sum, formed in place where that is safe. */
    private static final class PendingGradients {
        private final Reference2ReferenceOpenHashMap<Tensor, Tensor> byTensor = new Reference2ReferenceOpenHashMap<>();

        /** @param live what the vjp that made {@code g} returned: none of it may be overwritten before all of it is added */
        void add(Tensor target, Tensor g, Tensor[] live) {
            Tensor before = byTensor.get(target);
            if (before == null) {
                byTensor.put(target, g);
                return;
            }
            boolean alive = contains(live, before);
            boolean fresh = alive || isShared(before, target);
            Tensor sum = fresh ? Workspace.empty(target.shape()) : before;
            Parallel.forRanges(sum.size(), GRAIN, (from, to) -> Kernels.active().elementwise()
                    .add(before.data(), from, g.data(), from, sum.data(), from, to - from));
            byTensor.put(target, sum);
            if (fresh && !alive) {
                consumed(before);
            }
        }

        private static boolean contains(Tensor[] live, Tensor t) {
            for (Tensor other : live) {
                if (other != null && other.sharesStorage(t)) {
                    return true;
                }
            }
            return false;
        }

        Tensor take(Tensor target) {
            return byTensor.remove(target);
        }

        /** {@return the gradient by {@code target}, zeros if there is none, in an array that no other gradient shares} */
        Tensor takeOwn(Tensor target) {
            Tensor g = byTensor.remove(target);
            if (g == null) {
                return Workspace.zeros(target.shape());
            }
            if (!isShared(g, null)) {
                return g;
            }
            Tensor copy = Workspace.empty(g.shape());
            System.arraycopy(g.data(), 0, copy.data(), 0, g.size());
            return copy;
        }

        /** Releases {@code g} unless another pending gradient lives in the same array. */
        void consumed(Tensor g) {
            if (!isShared(g, null)) {
                Workspace.release(g);
            }
        }

        private boolean isShared(Tensor g, Tensor except) {
            for (var e : Reference2ReferenceMaps.fastIterable(byTensor)) {
                if (e.getKey() != except && e.getValue().sharesStorage(g)) {
                    return true;
                }
            }
            return false;
        }
    }
}
