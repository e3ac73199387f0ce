package espalier.engine.tensor;

import java.util.Arrays;

/**
 * A shape and its elements, float32, contiguous and row-major.
 *
 * <p>Tensors made here live on the heap like any object. What ops compute comes from {@link Workspace#empty} and lives no
 * longer than the workspace that was open.
 */
public final class Tensor {
    private final Shape shape;
    private final Storage storage;

    Tensor(Shape shape, Storage storage) {
        this.shape = shape;
        this.storage = storage;
    }

    /** {@return a tensor over {@code data}, which is shared, not copied} */
    public static Tensor of(Shape shape, float... data) {
        if (data.length != shape.size()) {
            throw new IllegalArgumentException(
                    "tensor of shape " + shape + " needs " + shape.size() + " elements, got " + data.length);
        }
        return new Tensor(shape, new Storage(data, null));
    }

    /** {@return a tensor of zeros on the heap} */
    public static Tensor zeros(Shape shape) {
        return of(shape, new float[shape.size()]);
    }

    /** {@return a tensor on the heap filled with {@code value}} */
    public static Tensor full(Shape shape, float value) {
        Tensor t = zeros(shape);
        Arrays.fill(t.data(), value);
        return t;
    }

    /** {@return the shape} */
    public Shape shape() {
        return shape;
    }

    /** {@return the number of elements} */
    public int size() {
        return shape.size();
    }

    /**
     * {@return the elements themselves, not a copy}
     *
     * @throws IllegalStateException when the workspace that owned the array has taken it back
     */
    public float[] data() {
        float[] data = storage.data;
        if (data == null) {
            throw new IllegalStateException(
                    "tensor " + shape + " is used after its workspace closed; copy() or keep() it before");
        }
        return data;
    }

    /** {@return the only element of a tensor of size 1} */
    public float item() {
        if (size() != 1) {
            throw new IllegalStateException("item() needs one element, the shape is " + shape);
        }
        return data()[0];
    }

    /** {@return the same elements under another shape of the same size; the data is shared} */
    public Tensor reshape(Shape shape) {
        if (shape.size() != size()) {
            throw new IllegalArgumentException("reshape: " + this.shape + " has " + size() + " elements, " + shape + " has "
                    + shape.size());
        }
        return new Tensor(shape, storage);
    }

    /** {@return a copy on the heap, which outlives every workspace} */
    public Tensor copy() {
        return of(shape, data().clone());
    }

    /** {@return whether both share one array} */
    public boolean sharesStorage(Tensor other) {
        return storage == other.storage;
    }

    Storage storage() {
        return storage;
    }

    @Override
    public String toString() {
        return "Tensor" + shape;
    }
}
