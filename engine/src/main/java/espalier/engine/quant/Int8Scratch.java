package espalier.engine.quant;

/** Arrays that integer layers compute in, grown to what the largest asked for. For one thread at a time. */
public final class Int8Scratch {
    /** Where 64-byte vectors of shorts lie on cache lines, in an array large enough that the collector leaves it in place. */
    static final int FIRST = 24;
    private static final int LARGE = 1 << 23;

    private short[] widened = {};
    private int[] weights = {};
    private int[] offsets = {};
    private int[] sums = {};
    private int[] accumulators = {};
    private byte[] edge = {};

    /** {@return n elements from {@link #FIRST} on} */
    short[] widened(int n) {
        return widened.length >= n + FIRST ? widened : (widened = new short[Math.max(n + FIRST, LARGE)]);
    }

    int[] weights(int n) {
        return weights.length >= n ? weights : (weights = new int[n]);
    }

    int[] offsets(int n) {
        return offsets.length >= n ? offsets : (offsets = new int[n]);
    }

    int[] sums(int n) {
        return sums.length >= n ? sums : (sums = new int[n]);
    }

    int[] accumulators(int n) {
        return accumulators.length >= n ? accumulators : (accumulators = new int[n]);
    }

    byte[] edge(int n) {
        return edge.length >= n ? edge : (edge = new byte[n]);
    }
}
