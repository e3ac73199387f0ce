package espalier.bench.peer;

import espalier.engine.kernel.ConvShape;
import espalier.engine.sparse.Planes;
import espalier.engine.weight.CsrWeight;

/** {@code y = max(0, W ⋆ x + bias)} with W in compressed rows, written down as it comes to mind: the lower rungs of a ladder. */
final class SparseLoops {
    private final ConvShape g;
    private final CsrWeight weight;
    private final float[] bias;
    private final Planes in;
    private final Planes out;
    private final int n;
    private final boolean rows;
    /** Where the pixel lies that an output's k-th product reads, from the first product's. */
    private final int[] offsets;

    /** @param rows whether a non-zero is multiplied with a whole row of outputs, or an output is summed to its end */
    SparseLoops(ConvShape g, CsrWeight weight, float[] bias, Planes in, Planes out, int n, boolean rows) {
        this.g = g;
        this.weight = weight;
        this.bias = bias;
        this.in = in;
        this.out = out;
        this.n = n;
        this.rows = rows;
        offsets = new int[g.taps()];
        for (int k = 0; k < offsets.length; k++) {
            int tap = k % (g.kh() * g.kw());
            offsets[k] = in.at(k / (g.kh() * g.kw()), tap / g.kw() - g.padding(), tap % g.kw() - g.padding()) * n;
        }
    }

    void run(float[] x, int xAt, float[] y, int yAt) {
        for (int o = 0; o < bias.length; o++) {
            for (int i = 0; i < g.oh(); i++) {
                int from = xAt + i * g.stride() * in.pitch() * n;
                int to = yAt + out.at(o, i, 0) * n;
                if (rows && g.stride() == 1) {
                    row(o, x, from, y, to, g.ow() * n);
                } else {
                    outputs(o, x, from, y, to);
                }
            }
        }
    }

    private void outputs(int o, float[] x, int from, float[] y, int to) {
        for (int j = 0; j < g.ow(); j++) {
            for (int image = 0; image < n; image++) {
                float sum = bias[o];
                for (int k = weight.starts()[o]; k < weight.starts()[o + 1]; k++) {
                    sum += weight.values()[k] * x[from + offsets[weight.columns()[k]] + j * g.stride() * n + image];
                }
                y[to + j * n + image] = Math.max(0, sum);
            }
        }
    }

    private void row(int o, float[] x, int from, float[] y, int to, int length) {
        for (int p = 0; p < length; p++) {
            y[to + p] = bias[o];
        }
        for (int k = weight.starts()[o]; k < weight.starts()[o + 1]; k++) {
            add(weight.values()[k], x, from + offsets[weight.columns()[k]], y, to, length);
        }
        for (int p = 0; p < length; p++) {
            y[to + p] = Math.max(0, y[to + p]);
        }
    }

    private static void add(float w, float[] x, int from, float[] y, int to, int length) {
        for (int p = 0; p < length; p++) {
            y[to + p] += w * x[from + p];
        }
    }
}
