package espalier.datasets;

import espalier.engine.tensor.Shape;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The batches of one epoch, prepared in the background while the caller computes on the last one.
 *
 * <p>Order and augmentation are a function of (seed, epoch, image) alone: the same bits whatever the timing, the batch size
 * or the batch that is started from.
 *
 * <pre>{@code
 * for (Batch b : Batches.shuffled(data.train(), 128, seed, epoch).augmented(CROP_AND_FLIP)) {
 *     try (Workspace step = Workspace.open()) {
 *         train(b.images(), b.labels());
 *     }
 * }
 * }</pre>
 *
 * <p>Nothing has to be closed: a loop that is left early leaves no thread behind, since every batch is prepared by a task of
 * its own that waits for nobody.
 *
 * @param split where the images come from
 * @param batchSize images per batch, at least 1
 * @param shuffle whether the images come in random order
 * @param seed of order and augmentation
 * @param epoch of order and augmentation
 * @param augmentation what is done to each image
 * @param dropLast whether a last batch of fewer images is left out
 * @param first the number of the batch to start with, for continuing in the middle of an epoch
 */
public record Batches(
        Split split,
        int batchSize,
        boolean shuffle,
        long seed,
        int epoch,
        Augmentation augmentation,
        boolean dropLast,
        int first)
        implements Iterable<Batch> {
    /** How many batches are prepared ahead of the one in use. */
    private static final int AHEAD = 2;
    /** Keys that keep the random streams of order and augmentation apart. */
    private static final long ORDER = 1;
    private static final long AUGMENT = 2;

    public Batches {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batches: batchSize must be at least 1, got " + batchSize);
        }
        if (first < 0) {
            throw new IllegalArgumentException("batches: the first batch must not be negative, got " + first);
        }
    }

    /** {@return all images in the order of the split, as evaluation wants them} */
    public static Batches inOrder(Split split, int batchSize) {
        return new Batches(split, batchSize, false, 0, 0, Augmentation.NONE, false, 0);
    }

    /** {@return all images in the random order of (seed, epoch), as training wants them} */
    public static Batches shuffled(Split split, int batchSize, long seed, int epoch) {
        return new Batches(split, batchSize, true, seed, epoch, Augmentation.NONE, false, 0);
    }

    /** {@return the same, augmented} */
    public Batches augmented(Augmentation augmentation) {
        return new Batches(split, batchSize, shuffle, seed, epoch, augmentation, dropLast, first);
    }

    /** {@return the same without a last batch of fewer images} */
    public Batches droppingLast() {
        return new Batches(split, batchSize, shuffle, seed, epoch, augmentation, true, first);
    }

    /** {@return the same, started with batch number {@code first}} */
    public Batches startingAt(int first) {
        return new Batches(split, batchSize, shuffle, seed, epoch, augmentation, dropLast, first);
    }

    /** {@return the number of batches in the whole epoch, those before {@link #first} included} */
    public int count() {
        return dropLast ? split.size() / batchSize : Math.ceilDiv(split.size(), batchSize);
    }

    @Override
    public Iterator<Batch> iterator() {
        return new Prefetching(this);
    }

    /** {@return the random stream that an image is augmented with} */
    static Rng augmentation(long seed, int epoch, int image) {
        return new Rng(seed, epoch, AUGMENT, image);
    }

    private int sizeOf(int batch) {
        return Math.min(batchSize, split.size() - batch * batchSize);
    }

    /** Pixels of one batch; {@code batch} is the number of the batch that they belong to. */
    static final class Slot {
        final byte[] pixels;
        volatile int batch = -1;

        Slot(int images, int imageSize) {
            pixels = new byte[Math.multiplyExact(images, imageSize)];
        }
    }

    private static final class Prefetching implements Iterator<Batch> {
        private final Batches plan;
        private final int[] order;
        private final int count;
        /** Batch b lives in slot b mod length: as many as are ahead, and the one in the caller's hands. */
        private final Slot[] slots = new Slot[AHEAD + 1];
        private final FutureTask<?>[] tasks = new FutureTask<?>[AHEAD + 1];
        private int next;
        private int started;

        Prefetching(Batches plan) {
            this.plan = plan;
            this.count = plan.count();
            this.next = plan.first;
            this.started = plan.first;
            this.order = plan.shuffle ? new Rng(plan.seed, plan.epoch, ORDER).permutation(plan.split.size()) : null;
            for (int i = 0; i < AHEAD; i++) {
                start();
            }
        }

        @Override
        public boolean hasNext() {
            return next < count;
        }

        @Override
        public Batch next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            // The slot that this fills is the one of the batch handed out last, which ends here.
            start();
            int b = next++;
            await(tasks[b % tasks.length]);
            Slot slot = slots[b % slots.length];
            int[] labels = new int[plan.sizeOf(b)];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = plan.split.label(image(b, i));
            }
            return new Batch(slot, b, plan.split.imageShape(), labels);
        }

        private void start() {
            if (started >= count) {
                return;
            }
            int b = started++;
            int s = b % slots.length;
            if (slots[s] == null) {
                slots[s] = new Slot(Math.min(plan.batchSize, plan.split.size()), plan.split.imageShape().size());
            }
            Slot slot = slots[s];
            slot.batch = b;
            tasks[s] = new FutureTask<>(() -> fill(slot, b), null);
            Thread.ofVirtual().name("espalier-batch-" + b).start(tasks[s]);
        }

        private int image(int batch, int i) {
            int position = batch * plan.batchSize + i;
            return order == null ? position : order[position];
        }

        private void fill(Slot slot, int batch) {
            Split split = plan.split;
            Shape shape = split.imageShape();
            boolean plain = plan.augmentation.equals(Augmentation.NONE);
            for (int i = 0, n = plan.sizeOf(batch); i < n; i++) {
                int image = image(batch, i);
                int from = image * shape.size();
                int to = i * shape.size();
                if (plain) {
                    System.arraycopy(split.pixels(), from, slot.pixels, to, shape.size());
                } else {
                    Rng rng = augmentation(plan.seed, plan.epoch, image);
                    plan.augmentation.apply(split.pixels(), from, shape, rng, slot.pixels, to);
                }
            }
        }

        private static void await(FutureTask<?> task) {
            try {
                task.get();
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case RuntimeException r -> throw r;
                    case Error r -> throw r;
                    case Throwable t -> throw new IllegalStateException(t);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for a batch");
            }
        }
    }
}
