package espalier.compress.lower;

import espalier.engine.UserError;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Shape;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Runs steps on groups of images, one group to a thread: all steps of a group before the next, so that its activations stay
 * in the cache. The images of a group lie innermost: [C, H, W, n].
 *
 * @param <M> the arrays that one thread works in
 */
abstract class Program<M> {
    final List<Step> steps;
    /** Of each value, the input first. */
    final List<Shape> shapes = new ArrayList<>();
    private final ConcurrentLinkedDeque<M> idle = new ConcurrentLinkedDeque<>();

    /** @throws UserError when a step cannot follow from those before it */
    Program(Shape input, List<Step> steps) {
        this.steps = steps;
        shapes.add(input);
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            step.check(inputs(step));
            if (step.integers() != null && step.integers().toFloat() && i < steps.size() - 1) {
                throw new UserError("step " + i + " makes floats, which only the last may");
            }
            shapes.add(step.shape());
        }
    }

    final List<Shape> inputs(Step step) {
        return step.inputs().intStream().mapToObj(shapes::get).toList();
    }

    /** {@return the images of a group when n are to be computed} */
    abstract int group(int n);

    abstract M memory();

    /** Computes {@code y [count, classes]} from images {@code x [first …, input…]}. */
    abstract void run(float[] x, int first, int count, float[] y, M memory);

    /** Computes {@code y [n, classes]} from {@code x [n, input…]}. */
    final void run(float[] x, int n, float[] y) {
        int size = group(n);
        Parallel.forEach(Math.ceilDiv(n, size), g -> {
            M memory = idle.poll();
            if (memory == null) {
                memory = memory();
            }
            run(x, g * size, Math.min(size, n - g * size), y, memory);
            idle.push(memory);
        });
    }

    /**
     * Places that values take one after the other: one whose last reader has run gives its place to a later one of the same
     * kind.
     *
     * @param of each value's place
     * @param sizes of the places
     */
    record Places(int[] of, int[] sizes) {}

    /**
     * @param kinds of values: two share a place only if theirs are equal
     * @param size of a value of a kind
     */
    final <K> Places places(List<K> kinds, ToIntFunction<Shape> size) {
        int[][] reads = steps.stream().map(s -> s.inputs().toIntArray()).toArray(int[][]::new);
        return places(kinds, size, reads, IntStream.range(0, shapes.size()).toArray());
    }

    /**
     * As {@link #places(List, ToIntFunction)}, of steps that read other values than theirs.
     *
     * @param reads what each step reads
     * @param joined an earlier value, of the same kind and size, whose place each takes; itself where it takes any that is free
     */
    final <K> Places places(List<K> kinds, ToIntFunction<Shape> size, int[][] reads, int[] joined) {
        int[] lastUse = new int[shapes.size()];
        lastUse[lastUse.length - 1] = Integer.MAX_VALUE;
        for (int i = 0; i < reads.length; i++) {
            for (int v : reads[i]) {
                lastUse[v] = Math.max(lastUse[v], i);
            }
        }
        for (int v = joined.length - 1; v > 0; v--) {
            lastUse[joined[v]] = Math.max(lastUse[joined[v]], lastUse[v]);
        }
        int[] places = new int[shapes.size()];
        IntArrayList sizes = new IntArrayList();
        IntArrayList freeFrom = new IntArrayList();
        List<K> kindOf = new ArrayList<>();
        for (int v = 0; v < places.length; v++) {
            if (joined[v] != v) {
                places[v] = places[joined[v]];
                continue;
            }
            // Step v − 1 makes value v; its inputs are still read while it is written.
            int place = 0;
            while (place < sizes.size() && (freeFrom.getInt(place) >= v || !kindOf.get(place).equals(kinds.get(v)))) {
                place++;
            }
            if (place == sizes.size()) {
                sizes.add(0);
                freeFrom.add(0);
                kindOf.add(kinds.get(v));
            }
            places[v] = place;
            sizes.set(place, Math.max(sizes.getInt(place), size.applyAsInt(shapes.get(v))));
            freeFrom.set(place, lastUse[v] == Integer.MAX_VALUE ? lastUse[v] : lastUse[v] + 1);
        }
        return new Places(places, sizes.toIntArray());
    }
}
