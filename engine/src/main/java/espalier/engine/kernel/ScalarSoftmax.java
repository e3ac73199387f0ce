package espalier.engine.kernel;

/**
 * Softmax in double, row by row.
 *
 * <p>Also what {@link VectorKernels} uses: a vector exponential does not give the same bits in interpreted and in compiled
 * code, so that a run would depend on when the compiler struck. Rows of logits are a thousandth of a network's work.
 */
final class ScalarSoftmax implements SoftmaxKernels {
    @Override
    public void logSoftmax(float[] x, int xOffset, float[] y, int yOffset, int rows, int k) {
        for (int r = 0; r < rows; r++, xOffset += k, yOffset += k) {
            double lse = logSumExp(x, xOffset, k);
            for (int i = 0; i < k; i++) {
                y[yOffset + i] = (float) (x[xOffset + i] - lse);
            }
        }
    }

    @Override
    public void logSoftmaxGrad(float[] y, int yOffset, float[] gy, int gyOffset, float[] gx, int gxOffset, int rows, int k) {
        for (int r = 0; r < rows; r++, yOffset += k, gyOffset += k, gxOffset += k) {
            double sum = 0;
            for (int i = 0; i < k; i++) {
                sum += gy[gyOffset + i];
            }
            for (int i = 0; i < k; i++) {
                gx[gxOffset + i] = (float) (gy[gyOffset + i] - Math.exp(y[yOffset + i]) * sum);
            }
        }
    }

    @Override
    public double crossEntropy(float[] x, int offset, int[] targets, int first, int rows, int k, double smoothing,
            float[] logP) {
        double loss = 0;
        for (int r = 0; r < rows; r++, offset += k) {
            double lse = logSumExp(x, offset, k);
            double all = 0;
            for (int i = offset; i < offset + k; i++) {
                double log = x[i] - lse;
                all -= log;
                if (logP != null) {
                    logP[i] = (float) log;
                }
            }
            loss += (1 - smoothing) * (lse - x[offset + targets[first + r]]) + smoothing / k * all;
        }
        return loss;
    }

    @Override
    public void crossEntropyGrad(float[] logP, int offset, int[] targets, int first, int rows, int k, double smoothing,
            float scale, float[] gx) {
        for (int r = 0; r < rows; r++, offset += k) {
            int target = offset + targets[first + r];
            for (int i = offset; i < offset + k; i++) {
                double difference = i == target ? Math.expm1(logP[i]) + smoothing : Math.exp(logP[i]);
                gx[i] = (float) ((difference - smoothing / k) * scale);
            }
        }
    }

    private static double logSumExp(float[] x, int offset, int k) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = offset; i < offset + k; i++) {
            max = Math.max(max, x[i]);
        }
        double sum = 0;
        for (int i = offset; i < offset + k; i++) {
            sum += Math.exp((double) x[i] - max);
        }
        return max + Math.log(sum);
    }
}
