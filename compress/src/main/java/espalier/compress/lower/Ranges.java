package espalier.compress.lower;

import espalier.engine.UserError;
import espalier.engine.quant.QuantParams;
import espalier.engine.tensor.Tensor;
import java.util.Arrays;

/** The least and the greatest number that each value of a graph took on the calibration images. */
record Ranges(float[] min, float[] max) {
    static Ranges observe(Graph graph, Iterable<Tensor> images) {
        int values = graph.nodes().size() + 1;
        Ranges ranges = new Ranges(new float[values], new float[values]);
        Arrays.fill(ranges.min, Float.POSITIVE_INFINITY);
        Arrays.fill(ranges.max, Float.NEGATIVE_INFINITY);
        FloatGraph network = new FloatGraph(graph);
        for (Tensor batch : images) {
            network.apply(batch, ranges::widen);
        }
        for (int v = 0; v < values; v++) {
            if (!Float.isFinite(ranges.min[v]) || !Float.isFinite(ranges.max[v])) {
                throw new UserError("calibration: " + (v == 0 ? "an image" : "the output of "
                        + graph.nodes().get(v - 1).name() + " (op " + v + ")")
                        + (ranges.min[v] > ranges.max[v] ? " held no numbers: give at least one image"
                        : " is not finite: the weights are broken"));
            }
        }
        return ranges;
    }

    private void widen(int value, Tensor t) {
        float least = min[value];
        float most = max[value];
        // Math.min and max carry a NaN on, which is then reported.
        for (float x : t.data()) {
            least = Math.min(least, x);
            most = Math.max(most, x);
        }
        min[value] = least;
        max[value] = most;
    }

    QuantParams params(int value, int qmax) {
        return QuantParams.ofRange(min[value], max[value], 0, qmax);
    }
}
