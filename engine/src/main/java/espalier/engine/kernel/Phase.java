package espalier.engine.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The input positions {@code (a + stride·i, b + stride·j)} of a convolution, and the taps that reach them in a padded output
 * gradient: a convolution without a stride.
 *
 * @param kernel where the weights of these taps lie in a kernel of {@code kh × kw}
 */
record Phase(int a, int b, int[] kernel, Patches patches) {

    /**
     * {@return the stride² phases of the input's grid; all share one padded output gradient}
     *
     * <p>Input row {@code a + stride·i} meets tap r at output row {@code i + (a + padding − r·dilation)/stride}, where that
     * divides.
     */
    static List<Phase> of(ConvShape s, int groups) {
        Reach vertical = Reach.of(s.h(), s.oh(), s.kh(), s);
        Reach horizontal = Reach.of(s.w(), s.ow(), s.kw(), s);
        int data = Math.min(s.ow(), horizontal.extent - horizontal.before);
        int after = horizontal.extent - horizontal.before - data;
        int slack = Math.min(horizontal.before, after);
        int pitch = horizontal.extent - slack;
        int channel = vertical.extent * pitch + slack;
        List<Phase> phases = new ArrayList<>();
        for (int a = 0; a < s.stride(); a++) {
            for (int b = 0; b < s.stride(); b++) {
                int[] tapRows = Reach.taps(a, s.kh(), s);
                int[] tapColumns = Reach.taps(b, s.kw(), s);
                int[] taps = new int[s.o() * tapRows.length * tapColumns.length];
                int k = 0;
                for (int o = 0; o < s.o(); o++) {
                    for (int r : tapRows) {
                        for (int q : tapColumns) {
                            int row = vertical.before + Reach.shift(a, r, s);
                            taps[k++] = o * channel + row * pitch + horizontal.before + Reach.shift(b, q, s);
                        }
                    }
                }
                int[] kernel = IntStream.of(tapRows).flatMap(r -> IntStream.of(tapColumns).map(q -> r * s.kw() + q)).toArray();
                phases.add(new Phase(a, b, kernel, new Patches(groups * s.o(), vertical.before, horizontal.before,
                        vertical.extent, pitch, slack, 1, new int[1], false, taps,
                        Reach.positions(a, s.h(), s.stride()), Reach.positions(b, s.w(), s.stride()))));
            }
        }
        return List.copyOf(phases);
    }

    /** How far one dimension of the output gradient must be padded. */
    private record Reach(int before, int extent) {
        static Reach of(int in, int out, int kernel, ConvShape s) {
            int lowest = 0;
            int highest = out - 1;
            for (int a = 0; a < s.stride(); a++) {
                int positions = positions(a, in, s.stride());
                for (int r : taps(a, kernel, s)) {
                    if (positions > 0) {
                        lowest = Math.min(lowest, shift(a, r, s));
                        highest = Math.max(highest, shift(a, r, s) + positions - 1);
                    }
                }
            }
            return new Reach(-lowest, highest - lowest + 1);
        }

        static int positions(int phase, int in, int stride) {
            return Math.max(0, (in - phase + stride - 1) / stride);
        }

        static int[] taps(int phase, int kernel, ConvShape s) {
            return IntStream.range(0, kernel)
                    .filter(r -> Math.floorMod(phase + s.padding() - r * s.dilation(), s.stride()) == 0)
                    .toArray();
        }

        static int shift(int phase, int tap, ConvShape s) {
            return Math.floorDiv(phase + s.padding() - tap * s.dilation(), s.stride());
        }
    }
}
