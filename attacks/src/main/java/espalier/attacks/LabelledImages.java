package espalier.attacks;

import espalier.engine.tensor.Tensor;

/**
 * Images in [0, 1] with their true classes, addressed by position: {@code LabelledImages.of(split.size(), split::images,
 * split::labels)}.
 */
public interface LabelledImages {
    /** {@return the number of images} */
    int size();

    /** {@return images [to − from,C,H,W]} */
    Tensor images(int from, int to);

    /** {@return their classes} */
    int[] labels(int from, int to);

    /** What is found at the positions from {@code from} up to, but without, {@code to}. */
    @FunctionalInterface
    interface Range<T> {
        /** {@return the elements of this range} */
        T of(int from, int to);
    }

    /** {@return {@code size} images from these two functions} */
    static LabelledImages of(int size, Range<Tensor> images, Range<int[]> labels) {
        return new LabelledImages() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public Tensor images(int from, int to) {
                return images.of(from, to);
            }

            @Override
            public int[] labels(int from, int to) {
                return labels.of(from, to);
            }
        };
    }
}
