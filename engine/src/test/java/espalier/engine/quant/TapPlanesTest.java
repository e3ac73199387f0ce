package espalier.engine.quant;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.Kernels;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every pixel that a tap of the kernel sees at every output, against the padded image itself. */
class TapPlanesTest {
    private static final int BASE = 5;
    private static final int PANEL = 64;
    private static final short ZERO = 77;

    private final Set<Boolean> ways = new HashSet<>();

    @Test
    void everyTapSeesItsPixels() {
        for (int n : new int[] {1, 2, 3, 8, 33}) {
            for (int stride = 1; stride <= 3; stride++) {
                for (int kernel : new int[] {1, 2, 3, 5}) {
                    for (int padding = 0; padding <= kernel / 2; padding++) {
                        for (int dilation = 1; dilation <= 2; dilation++) {
                            for (int[] size : new int[][] {{8, 8}, {7, 5}, {3, 2}, {1, 1}, {16, 33}}) {
                                check(new ConvShape(2, size[0], size[1], 1, kernel, kernel, stride, padding, dilation), n);
                            }
                        }
                    }
                }
            }
        }
        assertThat(ways).as("as a whole and row by row").hasSize(2);
    }

    private void check(ConvShape g, int n) {
        if (g.oh() < 1 || g.ow() < 1) {
            return;
        }
        int channels = 2 * g.c();
        byte[] x = new byte[channels * g.h() * g.w() * n];
        new Random(n).nextBytes(x);
        TapPlanes planes = new TapPlanes(g, channels, n, PANEL);
        ways.add(planes.runs() < g.oh());
        short[] y = new short[BASE + planes.size() + PANEL];
        Arrays.fill(y, (short) -1);
        planes.widen(Kernels.active().int8(), x, ZERO, y, BASE);
        int[] offsets = new int[g.taps()];
        planes.offsets(offsets, BASE);

        assertThat(planes.runs() * planes.length()).isEqualTo(g.oh() * g.ow() * n);
        for (int group = 0; group < 2; group++) {
            for (int k = 0; k < g.taps(); k++) {
                int c = group * g.c() + k / (g.kh() * g.kw());
                int ky = k / g.kw() % g.kh() * g.dilation();
                int kx = k % g.kw() * g.dilation();
                for (int p = 0; p < g.oh() * g.ow() * n; p++) {
                    int row = p / n / g.ow() * g.stride() + ky - g.padding();
                    int column = p / n % g.ow() * g.stride() + kx - g.padding();
                    boolean inside = row >= 0 && row < g.h() && column >= 0 && column < g.w();
                    int expected = inside ? x[((c * g.h() + row) * g.w() + column) * n + p % n] & 0xFF : ZERO;
                    int at = planes.at(group * g.c()) + offsets[k] + p / planes.length() * planes.pitch() + p % planes.length();
                    if (y[at] != expected) {
                        assertThat(y[at]).as("%s, %d images, tap %d, position %d", g, n, k, p).isEqualTo((short) expected);
                    }
                }
            }
        }
        assertThat(Arrays.copyOf(y, BASE)).as("before: %s", g).containsOnly(-1);
        assertThat(Arrays.copyOfRange(y, BASE + planes.size(), y.length)).as("behind: %s", g).containsOnly(-1);
    }
}
