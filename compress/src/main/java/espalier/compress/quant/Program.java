package espalier.compress.quant;

import espalier.engine.UserError;
import espalier.engine.kernel.Kernels;
import espalier.engine.parallel.Parallel;
import espalier.engine.quant.Int8Conv2d;
import espalier.engine.quant.Int8Scratch;
import espalier.engine.quant.QuantParams;
import espalier.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Runs steps on groups of images, one group to a thread: all steps of a group before the next, so that its activations stay
 * in the cache. Values whose last reader has run give their array to later ones.
 */
final class Program {
    /** What the largest activation of a group should fit into: two of them and a widened image, in a second-level cache. */
    private static final int GROUP_BYTES = 1 << 17;
    private static final int MAX_GROUP = 64;

    private final Shape input;
    private final QuantParams inputParams;
    private final List<Step> steps;
    private final Executable[] executables;
    /** The last step where its sums become floats; else null. */
    private final Int8Conv2d logits;
    private final int[] slots;
    private final int[] slotSizes;
    private final int group;
    private final ConcurrentLinkedDeque<Context> idle = new ConcurrentLinkedDeque<>();

    /** The arrays that one thread works in. */
    private final class Context {
        final Int8Scratch scratch = new Int8Scratch();
        final byte[][][] inputs = new byte[steps.size()][][];
        final byte[][] arrays = new byte[slotSizes.length][];

        Context() {
            for (int i = 0; i < arrays.length; i++) {
                arrays[i] = new byte[slotSizes[i] * group];
            }
            for (int i = 0; i < inputs.length; i++) {
                inputs[i] = steps.get(i).inputs().intStream().mapToObj(v -> arrays[slots[v]]).toArray(byte[][]::new);
            }
        }

        byte[] value(int v) {
            return arrays[slots[v]];
        }
    }

    Program(Shape input, QuantParams inputParams, List<Step> steps, Kernels kernels) {
        this.input = input;
        this.inputParams = inputParams;
        this.steps = steps;
        executables = new Executable[steps.size()];
        List<Shape> shapes = new ArrayList<>(List.of(input));
        List<QuantParams> params = new ArrayList<>(List.of(inputParams));
        for (int i = 0; i < executables.length; i++) {
            Step step = steps.get(i);
            List<Shape> in = step.inputs().intStream().mapToObj(shapes::get).toList();
            step.check(in);
            if (step.toFloat() && i < executables.length - 1) {
                throw new UserError("step " + i + " makes floats, which only the last may");
            }
            executables[i] = Executable.of(step, in, step.inputs().intStream().mapToObj(params::get).toList(), kernels);
            shapes.add(step.shape());
            params.add(step.output());
        }
        Step last = steps.getLast();
        int before = last.inputs().getInt(0);
        logits = last.toFloat() ? Executable.layer(last, shapes.get(before), params.get(before), kernels) : null;
        slots = new int[shapes.size()];
        slotSizes = assignSlots(shapes);
        int largest = shapes.stream().mapToInt(Shape::size).max().orElseThrow();
        int fits = Math.clamp(GROUP_BYTES / Math.max(1, largest), 1, MAX_GROUP);
        group = fits < 8 ? fits : fits / 8 * 8;
    }

    private int[] assignSlots(List<Shape> shapes) {
        int[] lastUse = new int[shapes.size()];
        lastUse[lastUse.length - 1] = Integer.MAX_VALUE;
        for (int i = 0; i < steps.size(); i++) {
            int step = i;
            steps.get(i).inputs().forEach(v -> lastUse[v] = Math.max(lastUse[v], step));
        }
        int[] sizes = new int[shapes.size()];
        int[] freeFrom = new int[shapes.size()];
        int count = 0;
        for (int v = 0; v < shapes.size(); v++) {
            // Step v − 1 makes value v; its inputs are still read while it is written.
            int slot = 0;
            while (slot < count && freeFrom[slot] >= v) {
                slot++;
            }
            count = Math.max(count, slot + 1);
            slots[v] = slot;
            sizes[slot] = Math.max(sizes[slot], shapes.get(v).size());
            freeFrom[slot] = lastUse[v] == Integer.MAX_VALUE ? lastUse[v] : lastUse[v] + 1;
        }
        return Arrays.copyOf(sizes, count);
    }

    /** Computes {@code y [n, classes]} from {@code x [n, input…]}, already normalized. */
    void run(float[] x, int n, float[] y) {
        // Results do not depend on how images are grouped: sums are of integers.
        int size = Math.clamp(Math.ceilDiv(n, Parallel.threads()), 1, group);
        Parallel.forEach(Math.ceilDiv(n, size), g -> {
            Context context = idle.poll();
            if (context == null) {
                context = new Context();
            }
            run(x, g * size, Math.min(size, n - g * size), y, context);
            idle.push(context);
        });
    }

    private void run(float[] x, int first, int n, float[] y, Context c) {
        byte[] in = c.value(0);
        for (int i = 0; i < n; i++) {
            inputParams.quantize(x, (first + i) * input.size(), in, i, n, input.size());
        }
        int last = executables.length - 1;
        for (int i = 0; i < last; i++) {
            executables[i].run(c.inputs[i], n, c.value(i + 1), c.scratch);
        }
        int classes = steps.getLast().shape().size();
        if (logits != null) {
            logits.runToFloat(c.inputs[last][0], n, y, first * classes, c.scratch);
            return;
        }
        byte[] out = c.value(last + 1);
        executables[last].run(c.inputs[last], n, out, c.scratch);
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < classes; k++) {
                y[(first + i) * classes + k] = steps.getLast().output().dequantize(out[k * n + i] & 0xFF);
            }
        }
    }
}
