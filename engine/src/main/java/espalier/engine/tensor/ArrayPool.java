package espalier.engine.tensor;

import it.unimi.dsi.fastutil.ints.Int2ObjectLinkedOpenHashMap;
import java.util.ArrayDeque;

/**
 * Float arrays waiting to be used again, by exact length, since a training step asks for the same lengths as the last.
 *
 * <p>When idle arrays exceed a third of the heap, the lengths that were not asked for longest are dropped. All methods may be
 * called from any thread.
 */
public final class ArrayPool {
    private static final long LIMIT_BYTES = Runtime.getRuntime().maxMemory() / 3;
    private static final Int2ObjectLinkedOpenHashMap<ArrayDeque<float[]>> IDLE = new Int2ObjectLinkedOpenHashMap<>();
    private static long idleBytes;

    private ArrayPool() {}

    /** {@return an array of exactly {@code length} elements with arbitrary contents} */
    public static float[] take(int length) {
        synchronized (IDLE) {
            ArrayDeque<float[]> arrays = IDLE.getAndMoveToLast(length);
            if (arrays != null && !arrays.isEmpty()) {
                idleBytes -= 4L * length;
                return arrays.pop();
            }
        }
        return new float[length];
    }

    /** Takes back an array that nobody will read or write again. */
    public static void give(float[] array) {
        if (array.length == 0) {
            return;
        }
        synchronized (IDLE) {
            ArrayDeque<float[]> arrays = IDLE.getAndMoveToLast(array.length);
            if (arrays == null) {
                IDLE.putAndMoveToLast(array.length, arrays = new ArrayDeque<>());
            }
            arrays.push(array);
            idleBytes += 4L * array.length;
            while (idleBytes > LIMIT_BYTES) {
                ArrayDeque<float[]> oldest = IDLE.removeFirst();
                for (float[] dropped : oldest) {
                    idleBytes -= 4L * dropped.length;
                }
            }
        }
    }

    /** {@return the bytes that wait to be used again} */
    public static long idleBytes() {
        synchronized (IDLE) {
            return idleBytes;
        }
    }
}
