package espalier.datasets;

import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;

/** Some images and their labels, valid until the next batch is asked for. */
public final class Batch {
    private final Batches.Slot slot;
    private final int index;
    private final Shape imageShape;
    private final int[] labels;

    Batch(Batches.Slot slot, int index, Shape imageShape, int[] labels) {
        this.slot = slot;
        this.index = index;
        this.imageShape = imageShape;
        this.labels = labels;
    }

    /** {@return the batch's number in its epoch, from 0} */
    public int index() {
        return index;
    }

    /** {@return the number of images} */
    public int size() {
        return labels.length;
    }

    /** {@return the labels [N]; the caller may keep them} */
    public int[] labels() {
        return labels;
    }

    /**
     * {@return the images [N,C,H,W] in [0, 1], a new tensor from the open workspace at each call}
     *
     * @throws IllegalStateException when a later batch was asked for already
     */
    public Tensor images() {
        if (slot.batch != index) {
            throw new IllegalStateException("batch " + index + " is used after a later one was asked for");
        }
        return Split.toTensor(slot.pixels, 0, size(), imageShape);
    }
}
