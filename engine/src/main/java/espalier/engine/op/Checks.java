package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;

/** What the ops demand of their inputs; an error states both sides. */
final class Checks {
    /**
     * Elements that one block of parallel work holds: 128 KiB, some microseconds. A constant, or results would depend on it.
     */
    static final int GRAIN = 1 << 15;

    private Checks() {}

    static void inputs(String op, Call call, int expected) {
        require(call.inputs() == expected, "%s: takes %d inputs, got %d", op, expected, call.inputs());
    }

    static void rank(String op, Tensor x, int rank) {
        require(x.shape().rank() == rank, "%s: x %s has %d dimensions, needed are %d", op, x.shape(), x.shape().rank(), rank);
    }

    static void sameShape(String op, Tensor a, Tensor b) {
        if (!a.shape().equals(b.shape())) {
            throw new IllegalArgumentException(op + ": a " + a.shape() + " against b " + b.shape());
        }
    }

    /** {@code t} must have one element a channel of {@code x}. */
    static void perChannel(String op, Tensor x, String name, Shape t) {
        int channels = x.shape().dim(1);
        if (t.rank() != 1 || t.dim(0) != channels) {
            throw new IllegalArgumentException(op + ": x " + x.shape() + " against " + name + " " + t + ": "
                    + (t.rank() != 1 ? "needed is [" + channels + "]" : channels + " ≠ " + t.dim(0)));
        }
    }

    static void require(boolean condition, String format, Object... args) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(format, args));
        }
    }

    /** {@return how many units of {@code size} elements make up one block of parallel work} */
    static int grain(int size) {
        return Math.max(1, GRAIN / Math.max(1, size));
    }
}
