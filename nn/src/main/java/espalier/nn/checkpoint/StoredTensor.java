package espalier.nn.checkpoint;

import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A tensor as a file holds it, so that any file passes through unchanged.
 *
 * @param dtype the type of the elements
 * @param shape the shape; none is a scalar
 * @param bytes the elements, little-endian and row-major; shared, not copied
 */
public record StoredTensor(DType dtype, Shape shape, byte[] bytes) {
    public StoredTensor {
        if (bytes.length != (long) shape.size() * dtype.bytes()) {
            throw new IllegalArgumentException(dtype + " tensor of shape " + shape + " needs "
                    + (long) shape.size() * dtype.bytes() + " bytes, got " + bytes.length);
        }
    }

    /** {@return {@code t} as F32} */
    public static StoredTensor of(Tensor t) {
        byte[] bytes = new byte[Math.multiplyExact(t.size(), 4)];
        little(bytes).asFloatBuffer().put(t.data(), 0, t.size());
        return new StoredTensor(DType.F32, t.shape(), bytes);
    }

    /** {@return one I64 without dimensions, as PyTorch keeps counters} */
    public static StoredTensor of(long value) {
        byte[] bytes = new byte[8];
        little(bytes).putLong(value);
        return new StoredTensor(DType.I64, Shape.of(), bytes);
    }

    /** {@return a mask as U8: 1 where {@code mask} is not zero} */
    public static StoredTensor ofMask(Tensor mask) {
        byte[] bytes = new byte[mask.size()];
        float[] m = mask.data();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (m[i] != 0 ? 1 : 0);
        }
        return new StoredTensor(DType.U8, mask.shape(), bytes);
    }

    /**
     * {@return the elements as float32 on the heap} F64 is rounded; whole numbers and booleans become their value.
     *
     * @throws UserError for 32- and 64-bit integers, which float32 does not hold
     */
    public Tensor tensor() {
        float[] x = new float[shape.size()];
        ByteBuffer b = little(bytes);
        switch (dtype) {
            case F32 -> b.asFloatBuffer().get(x);
            case F64 -> fill(x, i -> (float) b.getDouble(8 * i));
            case F16 -> fill(x, i -> Float.float16ToFloat(b.getShort(2 * i)));
            case BF16 -> fill(x, i -> Float.intBitsToFloat(b.getShort(2 * i) << 16));
            case BOOL, U8 -> fill(x, i -> b.get(i) & 0xFF);
            case I8 -> fill(x, b::get);
            case I16 -> fill(x, i -> b.getShort(2 * i));
            case U16 -> fill(x, i -> b.getShort(2 * i) & 0xFFFF);
            case I32, U32, I64, U64 -> throw new UserError("a tensor of " + dtype + " where float32 is needed");
        }
        return Tensor.of(shape, x);
    }

    /**
     * Refuses weights that make every output NaN: the accuracy of such a network looks like that of a bad one.
     *
     * @throws UserError naming the tensor and the first element that is NaN or infinite
     */
    public void requireFinite(String name) {
        float[] x = tensor().data();
        for (int i = 0; i < x.length; i++) {
            if (!Float.isFinite(x[i])) {
                throw new UserError("element " + i + " of " + name + " is " + x[i]
                        + ": the training of this network diverged; train it again at a lower learning rate");
            }
        }
    }

    /**
     * {@return the elements as whole numbers}
     *
     * @throws UserError for other types than I64, I32 and U8
     */
    public long[] longs() {
        long[] x = new long[shape.size()];
        ByteBuffer b = little(bytes);
        for (int i = 0; i < x.length; i++) {
            x[i] = switch (dtype) {
                case I64 -> b.getLong(8 * i);
                case I32 -> b.getInt(4 * i);
                case U8 -> b.get(i) & 0xFF;
                default -> throw new UserError("a tensor of " + dtype + " where whole numbers are needed");
            };
        }
        return x;
    }

    @Override
    public String toString() {
        return dtype + " " + shape;
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private interface Element {
        float at(int i);
    }

    private static void fill(float[] x, Element element) {
        for (int i = 0; i < x.length; i++) {
            x[i] = element.at(i);
        }
    }
}
