package espalier.compress.lower;

import espalier.engine.kernel.Kernels;
import espalier.engine.op.Conv2d;
import espalier.engine.op.Normalize;
import espalier.engine.sparse.PlaneOps;
import espalier.engine.sparse.Planes;
import espalier.engine.sparse.SparseConv2d;
import espalier.engine.tensor.Scratch;
import espalier.engine.tensor.Shape;
import espalier.engine.weight.DenseWeight;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Steps in float32, on a fixed number of images at a time. Values lie with the border of zeros that the widest padding needs,
 * and share a place only with others of the same extent, so that a border stays zeros once it is.
 */
final class FloatProgram extends Program<float[]> {
    static final float[] NONE = {};
    private static final FloatExecutable NOTHING = (_, _, _, _) -> {};
    /** In floats: what keeps vectors on the boundaries of cache lines. */
    private static final int ALIGNED = 16;
    /** As {@link Scratch}: in an array as large, the first element used lies on such a boundary. */
    private static final int LARGE = 1 << 22;

    private final Normalize normalize;
    private final int n;
    private final List<Planes> planes;
    private final FloatExecutable[] executables;
    private final int[][] inputs;
    private final int[] at;
    private final int scratchAt;
    private final int scratchSize;

    /**
     * @param normalize null where the pixels are read as they are
     * @param n images at a time
     */
    FloatProgram(Shape image, Normalize normalize, List<Step> steps, Kernels kernels, int n) {
        this(image, normalize, steps, kernels, n, dense(steps) && n == 1 ? 0 : border(steps), false);
    }

    /** {@return a program that overwrites no value, and has borders also where all weights are dense} */
    static FloatProgram keepingAll(Shape image, Normalize normalize, List<Step> steps, Kernels kernels, int n) {
        return new FloatProgram(image, normalize, steps, kernels, n, border(steps), true);
    }

    private FloatProgram(Shape image, Normalize normalize, List<Step> steps, Kernels kernels, int n, int border,
            boolean keep) {
        super(image, steps);
        this.normalize = normalize;
        this.n = n;
        planes = shapes.stream().map(s -> Planes.of(s, border)).toList();
        executables = new FloatExecutable[steps.size()];
        int[][] reads = new int[steps.size()][];
        int[] joined = IntStream.range(0, planes.size()).toArray();
        Residuals residuals = new Residuals(steps);
        for (int i = 0; i < executables.length; i++) {
            Step step = steps.get(i);
            executables[i] = FloatExecutable.of(step, inputs(step), step.inputs().intStream().mapToObj(planes::get).toList(),
                    planes.get(i + 1), n, kernels);
            reads[i] = step.inputs().toIntArray();
            int sum = keep ? -1 : residuals.sum(i);
            FloatExecutable both = sum < 0 ? null : residual(steps.get(sum - 1), step, planes.get(i + 1), kernels);
            if (both != null) {
                residuals.join(i, sum);
                executables[i] = both;
                executables[sum - 1] = NOTHING;
                reads[i] = steps.get(sum - 1).inputs().toIntArray();
                reads[sum - 1] = new int[0];
                joined[i + 1] = residuals.other(i, sum);
                // No value: it needs no place.
                joined[sum] = 0;
            }
        }
        // Two values of one kind may share a place; every value is of a kind of its own where all are kept.
        Places places = keep
                ? new Places(IntStream.range(0, planes.size()).toArray(), planes.stream().mapToInt(Planes::size).toArray())
                : places(planes, s -> Planes.of(s, border).size(), reads, joined);
        int[] placeAt = new int[places.sizes().length];
        int next = Scratch.FIRST;
        for (int p = 0; p < placeAt.length; p++) {
            placeAt[p] = next;
            next += Math.ceilDiv(places.sizes()[p] * n + SparseConv2d.slack(kernels.sparse()), ALIGNED) * ALIGNED;
        }
        scratchAt = next;
        at = Arrays.stream(places.of()).map(p -> placeAt[p]).toArray();
        inputs = Arrays.stream(reads).map(r -> Arrays.stream(r).map(v -> at[v]).toArray()).toArray(int[][]::new);
        scratchSize = Arrays.stream(executables).mapToInt(FloatExecutable::scratchSize).max().orElse(0);
    }

    /** {@return {@code layer} adding to the other operand of {@code add}, or null} */
    private FloatExecutable residual(Step layer, Step add, Planes out, Kernels kernels) {
        int x = layer.inputs().getInt(0);
        return FloatExecutable.residual(layer, add.activation(), shapes.get(x), planes.get(x), out, n, kernels);
    }

    private static boolean dense(List<Step> steps) {
        return steps.stream().allMatch(s -> s.weight() == null || s.weight() instanceof DenseWeight);
    }

    static int border(List<Step> steps) {
        return steps.stream().mapToInt(s -> s.op() instanceof Conv2d c ? c.padding() : 0).max().orElse(0);
    }

    @Override
    int group(int images) {
        return n;
    }

    @Override
    float[] memory() {
        return new float[Math.max(LARGE, scratchAt + scratchSize)];
    }

    /** {@return where value v lies} */
    int at(int v) {
        return at[v];
    }

    Planes planes(int v) {
        return planes.get(v);
    }

    /** {@return where the last value ends} */
    int valuesEnd() {
        return scratchAt;
    }

    int scratchSize() {
        return scratchSize;
    }

    @Override
    void run(float[] x, int first, int count, float[] y, float[] m) {
        run(x, first, count, y, m, scratchAt);
    }

    /** As {@link #run(float[], int, int, float[], float[])}, with its scratch elsewhere. */
    void run(float[] x, int first, int count, float[] y, float[] m, int scratch) {
        PlaneOps.load(x, first * shapes.getFirst().size(), count, normalize == null ? NONE : normalize.mean(),
                normalize == null ? NONE : normalize.std(), m, at[0], planes.getFirst(), n);
        for (int i = 0; i < executables.length; i++) {
            executables[i].run(m, inputs[i], at[i + 1], scratch);
        }
        PlaneOps.store(m, at[at.length - 1], planes.getLast(), n, count, y, first * shapes.getLast().size());
    }
}
