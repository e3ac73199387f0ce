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
import java.util.List;
import java.util.stream.IntStream;

/**
 * Steps in float32, on a fixed number of images at a time. Values lie with the border of zeros that the widest padding needs,
 * and share a place only with others of the same extent, so that a border stays zeros once it is.
 */
final class FloatProgram extends Program<float[]> {
    static final float[] NONE = {};
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
        // Two values of one kind may share a place; every value is of a kind of its own where all are kept.
        Places places = keep
                ? new Places(IntStream.range(0, planes.size()).toArray(), planes.stream().mapToInt(Planes::size).toArray())
                : places(planes, s -> Planes.of(s, border).size());
        int[] placeAt = new int[places.sizes().length];
        int next = Scratch.FIRST;
        for (int p = 0; p < placeAt.length; p++) {
            placeAt[p] = next;
            next += Math.ceilDiv(places.sizes()[p] * n + SparseConv2d.slack(kernels.sparse()), ALIGNED) * ALIGNED;
        }
        scratchAt = next;
        at = new int[planes.size()];
        for (int v = 0; v < at.length; v++) {
            at[v] = placeAt[places.of()[v]];
        }
        executables = new FloatExecutable[steps.size()];
        inputs = new int[steps.size()][];
        int scratch = 0;
        for (int i = 0; i < executables.length; i++) {
            Step step = steps.get(i);
            executables[i] = FloatExecutable.of(step, inputs(step), step.inputs().intStream().mapToObj(planes::get).toList(),
                    planes.get(i + 1), n, kernels);
            scratch = Math.max(scratch, executables[i].scratchSize());
            inputs[i] = step.inputs().intStream().map(v -> at[v]).toArray();
        }
        scratchSize = scratch;
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
