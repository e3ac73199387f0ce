package espalier.compress.lower;

import espalier.engine.kernel.ElementwiseKernels;
import espalier.engine.kernel.Kernels;
import espalier.engine.op.Normalize;
import espalier.engine.parallel.Parallel;
import espalier.engine.quant.Int8Conv2d;
import espalier.engine.quant.Int8Scratch;
import espalier.engine.quant.QuantParams;
import espalier.engine.tensor.Shape;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Steps in integers. Results do not depend on how images are grouped. */
final class Int8Program extends Program<Int8Program.Memory> {
    private final Normalize normalize;
    private final QuantParams input;
    private final ElementwiseKernels elementwise;
    private final Int8Executable[] executables;
    /** The last step where its sums become floats; else null. */
    private final Int8Conv2d logits;
    private final Places places;
    private final int most;

    /** The arrays that one thread works in. */
    final class Memory {
        final Int8Scratch scratch = new Int8Scratch();
        final float[] image = new float[shapes.getFirst().size()];
        final byte[][] arrays = IntStream.of(places.sizes()).mapToObj(size -> new byte[size * most]).toArray(byte[][]::new);
        final byte[][][] inputs = steps.stream()
                .map(s -> s.inputs().intStream().mapToObj(this::value).toArray(byte[][]::new)).toArray(byte[][][]::new);

        byte[] value(int v) {
            return arrays[places.of()[v]];
        }
    }

    /** @param normalize null where the pixels are quantized as they are */
    Int8Program(Shape image, Normalize normalize, QuantParams input, List<Step> steps, Kernels kernels) {
        super(image, steps);
        this.normalize = normalize;
        this.input = input;
        elementwise = kernels.elementwise();
        executables = new Int8Executable[steps.size()];
        for (int i = 0; i < executables.length; i++) {
            executables[i] = Int8Executable.of(steps.get(i), inputs(steps.get(i)), params(steps.get(i)), kernels);
        }
        Step last = steps.getLast();
        logits = last.integers().toFloat()
                ? Int8Executable.layer(last, inputs(last).getFirst(), params(last).getFirst(), kernels) : null;
        places = places(Collections.nCopies(shapes.size(), 0), Shape::size);
        int largest = shapes.stream().mapToInt(Shape::size).max().orElseThrow();
        most = LoweredModel.int8Group(largest);
    }

    private List<QuantParams> params(Step step) {
        return step.inputs().intStream().mapToObj(v -> v == 0 ? input : steps.get(v - 1).integers().output()).toList();
    }

    @Override
    int group(int n) {
        return Math.clamp(Math.ceilDiv(n, Parallel.threads()), 1, most);
    }

    @Override
    Memory memory() {
        return new Memory();
    }

    @Override
    void run(float[] x, int first, int n, float[] y, Memory m) {
        byte[] in = m.value(0);
        int size = m.image.length;
        for (int i = 0; i < n; i++) {
            if (normalize == null) {
                input.quantize(x, (first + i) * size, in, i, n, size);
            } else {
                standardize(x, (first + i) * size, m.image);
                input.quantize(m.image, 0, in, i, n, size);
            }
        }
        int last = executables.length - 1;
        for (int i = 0; i < last; i++) {
            executables[i].run(m.inputs[i], n, m.value(i + 1), m.scratch);
        }
        int classes = steps.getLast().shape().size();
        if (logits != null) {
            logits.runToFloat(m.inputs[last][0], n, y, first * classes, m.scratch);
            return;
        }
        byte[] out = m.value(last + 1);
        executables[last].run(m.inputs[last], n, out, m.scratch);
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < classes; k++) {
                y[(first + i) * classes + k] = steps.getLast().integers().output().dequantize(out[k * n + i] & 0xFF);
            }
        }
    }

    private void standardize(float[] x, int at, float[] y) {
        int plane = y.length / normalize.mean().length;
        for (int c = 0; c < normalize.mean().length; c++) {
            elementwise.standardize(x, at + c * plane, normalize.mean()[c], normalize.std()[c], y, c * plane, plane);
        }
    }
}
