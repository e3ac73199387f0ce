package espalier.engine.kernel;

import static espalier.engine.kernel.ChannelDepthwise.WEIGHTS;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The weight gradient of a convolution that {@link ChannelDepthwise} suits: {@code gW[c][t] = Σ x[c][position + t]·gy[c][position]}. */
final class DepthwiseGradient implements ChannelGradient {
    /** That are taken together: the plane is cleared once for all. */
    private static final int IMAGES = 16;

    private final GemmKernels gemm;
    private final int lanes;
    private final int inputs;
    private final int outputs;
    private final int positions;
    private final ChannelDepthwise forward;
    /** Where each pixel of the output gradient goes. */
    private final int[] pixels;

    DepthwiseGradient(GemmKernels gemm, ConvShape g, int groups) {
        this.gemm = gemm;
        lanes = gemm.lanes();
        positions = g.positions();
        inputs = groups * g.h() * g.w();
        outputs = groups * positions;
        forward = ChannelDepthwise.forward(gemm, g, groups, 0, g.oh());
        pixels = IntStream.range(0, positions).map(p -> p * lanes).toArray();
    }

    @Override
    public int images() {
        return IMAGES;
    }

    @Override
    public int sumSize() {
        return forward.packedSize();
    }

    @Override
    public int scratch() {
        return forward.size() + (positions + WEIGHTS) * lanes;
    }

    @Override
    public void accumulate(int count, float[] x, int xOffset, float[] gy, int gyOffset, float[] sum,
            float[] scratch, int scratchOffset) {
        int gradientAt = scratchOffset + forward.size();
        int imageAt = gradientAt + positions * lanes;
        forward.clear(scratch, scratchOffset);
        for (int i = 0; i < count; i++) {
            for (int block = 0; block < forward.blocks(); block++) {
                forward.read(block, x, xOffset + i * inputs, scratch, scratchOffset);
                gemm.winograd().toLanes(positions, gy, gyOffset + i * outputs + forward.channel(block) * positions, positions,
                        scratch, gradientAt, pixels);
                // Sums by image first: thousands of terms one after the other would round more.
                Arrays.fill(scratch, imageAt, imageAt + WEIGHTS * lanes, 0f);
                gemm.nineDots(positions, scratch, scratchOffset, forward.row(), forward.positions(), scratch, gradientAt,
                        scratch, imageAt);
                gemm.addRows(1, WEIGHTS * lanes, scratch, imageAt, 0, sum, block * WEIGHTS * lanes, 0);
            }
        }
    }

    @Override
    public void finish(float[] sum, int first, int end, float[] gw, int gwOffset, int row) {
        for (int c = first; c < end; c++) {
            int block = c / lanes;
            for (int t = 0; t < WEIGHTS; t++) {
                gw[gwOffset + c * row + t] = sum[(block * WEIGHTS + t) * lanes + c - forward.channel(block)];
            }
        }
    }
}
