package espalier.datasets;

import espalier.engine.tensor.Shape;
import java.util.Arrays;

/**
 * Random crop after zero padding, and random horizontal flip; drawn for each image by itself.
 *
 * @param padding pixels of zero (black) on every side before a crop of the original size; 0 for no crop
 * @param flip whether to mirror left and right with probability 1/2
 */
public record Augmentation(int padding, boolean flip) {
    /** The images as they are. */
    public static final Augmentation NONE = new Augmentation(0, false);
    /** What CIFAR networks are trained with: crop from a padding of 4, and flip. */
    public static final Augmentation CROP_AND_FLIP = new Augmentation(4, true);

    public Augmentation {
        if (padding < 0) {
            throw new IllegalArgumentException("augmentation: padding must not be negative, got " + padding);
        }
    }

    /** Writes the image [C,H,W] at {@code source[from]} as drawn by {@code rng} to {@code target} from {@code to} on. */
    void apply(byte[] source, int from, Shape imageShape, Rng rng, byte[] target, int to) {
        int dy = padding == 0 ? 0 : rng.below(2 * padding + 1) - padding;
        int dx = padding == 0 ? 0 : rng.below(2 * padding + 1) - padding;
        boolean mirrored = flip && rng.flip();
        int channels = imageShape.dim(0);
        int height = imageShape.dim(1);
        int width = imageShape.dim(2);
        int rowStart = to;
        for (int c = 0; c < channels; c++) {
            for (int y = 0; y < height; y++, rowStart += width) {
                int sy = y + dy;
                if (sy < 0 || sy >= height) {
                    Arrays.fill(target, rowStart, rowStart + width, (byte) 0);
                } else {
                    copyRow(source, from + (c * height + sy) * width, target, rowStart, width, dx, mirrored);
                }
            }
        }
    }

    private static void copyRow(byte[] source, int from, byte[] target, int to, int width, int dx, boolean mirrored) {
        for (int x = 0; x < width; x++) {
            int sx = (mirrored ? width - 1 - x : x) + dx;
            target[to + x] = sx < 0 || sx >= width ? 0 : source[from + sx];
        }
    }
}
