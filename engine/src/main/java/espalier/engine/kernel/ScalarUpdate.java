package espalier.engine.kernel;

/** Steps of optimizers and attacks in plain Java. */
final class ScalarUpdate implements UpdateKernels {
    @Override
    public void sgdStep(float[] w, float[] g, float[] v, int offset, int n, float lr, float momentum, float weightDecay,
            boolean nesterov) {
        for (int i = offset; i < offset + n; i++) {
            float d = g[i] + w[i] * weightDecay;
            if (v != null) {
                v[i] = v[i] * momentum + d;
                d = nesterov ? d + v[i] * momentum : v[i];
            }
            w[i] -= d * lr;
        }
    }

    @Override
    public void adamStep(float[] w, float[] g, float[] m, float[] v, int offset, int n, long step, double lr, double beta1,
            double beta2, double eps, double weightDecay, boolean decoupled) {
        float newM = (float) (1 - beta1);
        float oldV = (float) beta2;
        float newV = (float) (1 - beta2);
        float shrink = decoupled ? (float) (1 - lr * weightDecay) : 1f;
        float decay = decoupled ? 0f : (float) weightDecay;
        float rate = (float) (lr / (1 - Math.pow(beta1, step)));
        float correction = (float) Math.sqrt(1 - Math.pow(beta2, step));
        float epsilon = (float) eps;
        for (int i = offset; i < offset + n; i++) {
            float gradient = g[i] + w[i] * decay;
            m[i] += (gradient - m[i]) * newM;
            v[i] = v[i] * oldV + gradient * gradient * newV;
            float root = (float) Math.sqrt(v[i]);
            w[i] = w[i] * shrink - m[i] / (root / correction + epsilon) * rate;
        }
    }

    @Override
    public void signStep(float[] origin, float[] x, float[] g, float[] y, int offset, int n, float step, float epsilon,
            float low, float high) {
        for (int i = offset; i < offset + n; i++) {
            float moved = x[i] + (g[i] > 0f ? step : g[i] < 0f ? -step : 0f);
            y[i] = clamp(origin[i] + clamp(moved - origin[i], -epsilon, epsilon), low, high);
        }
    }

    @Override
    public void pullStep(float[] origin, float[] x, float[] y, int offset, int n, float factor, float low, float high) {
        for (int i = offset; i < offset + n; i++) {
            y[i] = clamp(origin[i] + (x[i] - origin[i]) * factor, low, high);
        }
    }

    @Override
    public double sumOfSquares(float[] x, int offset, int n) {
        double sum = 0;
        for (int i = offset; i < offset + n; i++) {
            sum += (double) x[i] * x[i];
        }
        return sum;
    }

    @Override
    public double squaredDistance(float[] a, float[] b, int offset, int n) {
        double sum = 0;
        for (int i = offset; i < offset + n; i++) {
            double d = a[i] - b[i];
            sum += d * d;
        }
        return sum;
    }

    private static float clamp(float v, float low, float high) {
        return v < low ? low : v > high ? high : v;
    }
}
