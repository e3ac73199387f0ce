package espalier.engine.quant;

/** Arrays that integer layers compute in, grown to what the largest asked for. For one thread at a time. */
public final class Int8Scratch {
    private short[] widened = {};
    private int[] offsets = {};
    private int[] sums = {};
    private int[] accumulators = {};
    private byte[] edge = {};

    short[] widened(int n) {
        return widened.length >= n ? widened : (widened = new short[n]);
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
