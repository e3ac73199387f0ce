package espalier.compress.lower;

import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.weight.CsrInt8Weight;
import espalier.engine.weight.CsrWeight;
import espalier.engine.weight.DenseWeight;
import espalier.engine.weight.Int8Weight;
import espalier.engine.weight.Weight;
import espalier.nn.checkpoint.DType;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.checkpoint.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The arrays of a step's weight in a file: {@code STEP.weight}, F32 or I8, all numbers in the weight's shape or only the
 * non-zeros; of those {@code STEP.starts} I32 [O + 1] and {@code STEP.columns} U16; in 8 bits {@code STEP.scale} F32 [O];
 * {@code STEP.bias} F32 [O], in 8 bits I32.
 */
final class StoredWeight {
    private StoredWeight() {}

    static void put(StateDict state, int number, Step step) {
        switch (step.weight()) {
            case DenseWeight w -> state.put(number + ".weight", w.dense());
            case Int8Weight w -> {
                state.tensors().put(number + ".weight", new StoredTensor(DType.I8, w.shape(), w.values()));
                state.put(number + ".scale", vector(w.scales()));
            }
            case CsrWeight w -> {
                state.put(number + ".weight", vector(w.values()));
                pattern(state, number, w.starts(), w.columns());
            }
            case CsrInt8Weight w -> {
                state.tensors().put(number + ".weight", new StoredTensor(DType.I8, Shape.of(w.values().length), w.values()));
                state.put(number + ".scale", vector(w.scales()));
                pattern(state, number, w.starts(), w.columns());
            }
        }
        if (step.integers() == null) {
            state.put(number + ".bias", vector(step.bias()));
        } else {
            state.tensors().put(number + ".bias", ints(step.integers().bias()));
        }
    }

    private static Tensor vector(float[] x) {
        return Tensor.of(Shape.of(x.length), x);
    }

    private static StoredTensor ints(int[] x) {
        ByteBuffer b = little(new byte[4 * x.length]);
        b.asIntBuffer().put(x);
        return new StoredTensor(DType.I32, Shape.of(x.length), b.array());
    }

    private static void pattern(StateDict state, int number, int[] starts, char[] columns) {
        state.tensors().put(number + ".starts", ints(starts));
        ByteBuffer b = little(new byte[2 * columns.length]);
        b.asCharBuffer().put(columns);
        state.tensors().put(number + ".columns", new StoredTensor(DType.U16, Shape.of(columns.length), b.array()));
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Takes weights from a file, and knows what was left. */
    static final class Reader {
        private final StateDict state;
        private final Set<String> unread;

        Reader(StateDict state) {
            this.state = state;
            unread = new LinkedHashSet<>(state.tensors().keySet());
        }

        /** {@return {@code step} with its weight and bias} */
        Step take(int number, Format format, Shape shape, Step step) {
            Weight weight = switch (format) {
                case DENSE -> new DenseWeight(Tensor.of(shaped(number, DType.F32, shape).shape(), floats(number + ".weight")));
                case INT8 -> new Int8Weight(shape, shaped(number, DType.I8, shape).bytes(), floats(number + ".scale"));
                case CSR -> new CsrWeight(shape, ints(number + ".starts"), columns(number), floats(number + ".weight"));
                case CSR_INT8 -> new CsrInt8Weight(shape, ints(number + ".starts"), columns(number),
                        tensor(number + ".weight", DType.I8).bytes(), floats(number + ".scale"));
                case AUTO -> throw new UserError("step " + number + ": a weight is in " + format);
            };
            float[] bias = step.integers() == null ? floats(number + ".bias") : null;
            Integers n = step.integers();
            Integers integers = n == null ? null
                    : new Integers(n.output(), n.low(), n.high(), ints(number + ".bias"), n.toFloat());
            int biases = bias == null ? integers.bias().length : bias.length;
            if (biases != weight.shape().dim(0)) {
                throw new UserError("step " + number + ": " + biases + " biases against weight " + shape);
            }
            return new Step(step.op(), step.inputs(), step.shape(), step.activation(), weight, bias, integers);
        }

        private StoredTensor shaped(int number, DType type, Shape shape) {
            StoredTensor t = tensor(number + ".weight", type);
            if (!t.shape().equals(shape)) {
                throw new UserError(number + ".weight is " + t + ", expected " + type + " " + shape);
            }
            return t;
        }

        private float[] floats(String name) {
            StoredTensor t = tensor(name, DType.F32);
            t.requireFinite(name);
            return t.tensor().data();
        }

        private int[] ints(String name) {
            StoredTensor t = tensor(name, DType.I32);
            int[] x = new int[t.shape().size()];
            little(t.bytes()).asIntBuffer().get(x);
            return x;
        }

        private char[] columns(int number) {
            StoredTensor t = tensor(number + ".columns", DType.U16);
            char[] x = new char[t.shape().size()];
            little(t.bytes()).asCharBuffer().get(x);
            return x;
        }

        private StoredTensor tensor(String name, DType type) {
            StoredTensor t = state.tensors().get(name);
            unread.remove(name);
            if (t == null || t.dtype() != type) {
                throw new UserError(name + (t == null ? " is missing" : " is " + t + ", expected " + type));
            }
            return t;
        }

        void requireAllRead() {
            if (!unread.isEmpty()) {
                throw new UserError("unexpected tensors " + String.join(", ", unread));
            }
        }
    }
}
