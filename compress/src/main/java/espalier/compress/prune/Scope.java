package espalier.compress.prune;

import espalier.engine.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** How what stays is spread over the tensors. */
public enum Scope {
    /** Scores compete over all prunable parameters together. */
    GLOBAL {
        @Override
        double[] fractions(List<Shape> shapes, double keep) {
            throw new IllegalStateException("no tensor has a share of its own");
        }
    },
    /** Scores compete within each tensor, which keeps the same fraction. */
    LAYER {
        @Override
        double[] fractions(List<Shape> shapes, double keep) {
            double[] fractions = new double[shapes.size()];
            Arrays.fill(fractions, keep);
            return fractions;
        }
    },
    /**
     * Scores compete within each tensor, which keeps a fraction in proportion to the sum of its dimensions over their
     * product, and at most 1: Erdős–Rényi-Kernel. Small tensors stay denser than large ones. Source: Evci et al. 2020 (arXiv
     * 1911.11134).
     */
    ERDOS_RENYI {
        @Override
        double[] fractions(List<Shape> shapes, double keep) {
            double[] raw = shapes.stream().mapToDouble(s -> (double) Arrays.stream(s.dims()).sum() / s.size()).toArray();
            long all = shapes.stream().mapToLong(Shape::size).sum();
            boolean[] full = new boolean[raw.length];
            while (true) {
                // Whatever would keep more than it has keeps all, and the others share what is left.
                double left = keep * all;
                double weight = 0;
                for (int i = 0; i < raw.length; i++) {
                    left -= full[i] ? shapes.get(i).size() : 0;
                    weight += full[i] ? 0 : raw[i] * shapes.get(i).size();
                }
                boolean more = false;
                for (int i = 0; i < raw.length; i++) {
                    if (!full[i] && raw[i] * left > weight) {
                        full[i] = true;
                        more = true;
                    }
                }
                if (!more) {
                    double[] fractions = new double[raw.length];
                    for (int i = 0; i < raw.length; i++) {
                        fractions[i] = full[i] ? 1 : raw[i] * left / weight;
                    }
                    return fractions;
                }
            }
        }
    };

    /** {@return the fraction that each tensor keeps, so that {@code keep} of all parameters stay} */
    abstract double[] fractions(List<Shape> shapes, double keep);
}
