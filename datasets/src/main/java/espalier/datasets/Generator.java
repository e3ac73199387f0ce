package espalier.datasets;

import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Shape;
import java.util.function.Supplier;

/**
 * Draws whole splits: image i is a function of (seed, split, i) alone, and every ten images in a row show every class once.
 */
final class Generator {
    private static final int BLOCK = 50;

    private Generator() {}

    /** Draws one image of a class. */
    interface Painter {
        /** Writes an image [C,H,W] of class {@code label} to {@code pixels} from {@code offset} on. */
        void paint(int label, Rng rng, byte[] pixels, int offset);
    }

    /** {@return {@code count} images of {@code classes} classes, drawn by a new painter for each block of images} */
    static Split draw(long seed, int split, int count, int classes, Shape imageShape, Supplier<Painter> painters) {
        byte[] pixels = new byte[Math.multiplyExact(count, imageShape.size())];
        byte[] labels = new byte[count];
        Parallel.forEach(Math.ceilDiv(count, BLOCK), block -> {
            Painter painter = painters.get();
            for (int i = block * BLOCK, end = Math.min(i + BLOCK, count); i < end; i++) {
                int label = new Rng(seed, split, -1 - i / classes).permutation(classes)[i % classes];
                labels[i] = (byte) label;
                painter.paint(label, new Rng(seed, split, i), pixels, i * imageShape.size());
            }
        });
        return new Split(pixels, labels, imageShape);
    }
}
