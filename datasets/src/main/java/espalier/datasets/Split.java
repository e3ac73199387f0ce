package espalier.datasets;

import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.util.Objects;

/**
 * Images and their labels: the training or the test half of a data set.
 *
 * <p>Pixels are kept as bytes and become floats (pixel/255, in [0, 1]) when asked for.
 */
public final class Split {
    private static final float[] UNIT = new float[256];

    static {
        for (int i = 0; i < 256; i++) {
            UNIT[i] = i / 255f;
        }
    }

    private final byte[] pixels;
    private final byte[] labels;
    private final Shape imageShape;
    private final int size;

    /**
     * A split over arrays that are shared, not copied.
     *
     * @param pixels [N,C,H,W], unsigned
     * @param labels [N], unsigned
     * @param imageShape [C,H,W]
     * @throws IllegalArgumentException when the lengths do not fit
     */
    public Split(byte[] pixels, byte[] labels, Shape imageShape) {
        this(pixels, labels, imageShape, labels.length);
        if (pixels.length != (long) labels.length * imageShape.size()) {
            throw new IllegalArgumentException("split: " + pixels.length + " pixels against " + labels.length
                    + " labels of images " + imageShape);
        }
    }

    private Split(byte[] pixels, byte[] labels, Shape imageShape, int size) {
        if (imageShape.rank() != 3) {
            throw new IllegalArgumentException("split: an image shape is [C,H,W], got " + imageShape);
        }
        this.pixels = pixels;
        this.labels = labels;
        this.imageShape = imageShape;
        this.size = size;
    }

    /** {@return the number of images} */
    public int size() {
        return size;
    }

    /** {@return [C,H,W]} */
    public Shape imageShape() {
        return imageShape;
    }

    /** {@return the label of image {@code i}} */
    public int label(int i) {
        return labels[Objects.checkIndex(i, size)] & 0xFF;
    }

    /** {@return the labels of images {@code from} (inclusive) to {@code to} (exclusive), a new array} */
    public int[] labels(int from, int to) {
        Objects.checkFromToIndex(from, to, size);
        int[] result = new int[to - from];
        for (int i = 0; i < result.length; i++) {
            result[i] = labels[from + i] & 0xFF;
        }
        return result;
    }

    /** {@return images {@code from} (inclusive) to {@code to} (exclusive), [n,C,H,W] in [0, 1], from the open workspace} */
    public Tensor images(int from, int to) {
        Objects.checkFromToIndex(from, to, size);
        return toTensor(pixels, from * imageShape.size(), to - from, imageShape);
    }

    /** {@return the first {@code n} images, or all where there are fewer; the arrays are shared} */
    public Split head(int n) {
        if (n < 0) {
            throw new IllegalArgumentException("head: a number of images is not negative, got " + n);
        }
        return n >= size ? this : new Split(pixels, labels, imageShape, n);
    }

    /** {@return copies of the images, each augmented once, as {@link Batches} of this seed and epoch show them} */
    public Split augmented(Augmentation augmentation, long seed, int epoch) {
        byte[] copies = new byte[Math.multiplyExact(size, imageShape.size())];
        for (int i = 0; i < size; i++) {
            augmentation.apply(pixels, i * imageShape.size(), imageShape, Batches.augmentation(seed, epoch, i), copies,
                    i * imageShape.size());
        }
        return new Split(copies, labels, imageShape, size);
    }

    /** {@return the bytes of all images, [N,C,H,W], not a copy; may hold more images than {@link #size} */
    byte[] pixels() {
        return pixels;
    }

    /** {@return {@code n} images of {@code bytes} from {@code offset} on, [n,C,H,W] in [0, 1], from the open workspace} */
    static Tensor toTensor(byte[] bytes, int offset, int n, Shape imageShape) {
        Tensor t = Workspace.empty(Shape.of(n, imageShape.dim(0), imageShape.dim(1), imageShape.dim(2)));
        float[] data = t.data();
        for (int i = 0; i < data.length; i++) {
            data[i] = UNIT[bytes[offset + i] & 0xFF];
        }
        return t;
    }
}
