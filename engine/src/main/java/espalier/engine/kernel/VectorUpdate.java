package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/** Steps of optimizers and attacks on vectors. */
final class VectorUpdate implements UpdateKernels {
    private static final ScalarUpdate TAIL = new ScalarUpdate();
    /** Elements whose squares are summed in float before they go on in double. */
    private static final int BLOCK = 4096;

    @Override
    public void sgdStep(float[] w, float[] g, float[] v, int offset, int n, float lr, float momentum, float weightDecay,
            boolean nesterov) {
        int bound = offset + F.loopBound(n);
        if (v == null) {
            for (int i = offset; i < bound; i += N) {
                FloatVector weight = fromArray(F, w, i);
                weight.sub(fromArray(F, g, i).add(weight.mul(weightDecay)).mul(lr)).intoArray(w, i);
            }
        } else if (nesterov) {
            for (int i = offset; i < bound; i += N) {
                FloatVector weight = fromArray(F, w, i);
                FloatVector d = fromArray(F, g, i).add(weight.mul(weightDecay));
                FloatVector velocity = fromArray(F, v, i).mul(momentum).add(d);
                velocity.intoArray(v, i);
                weight.sub(d.add(velocity.mul(momentum)).mul(lr)).intoArray(w, i);
            }
        } else {
            for (int i = offset; i < bound; i += N) {
                FloatVector weight = fromArray(F, w, i);
                FloatVector velocity = fromArray(F, v, i).mul(momentum).add(fromArray(F, g, i).add(weight.mul(weightDecay)));
                velocity.intoArray(v, i);
                weight.sub(velocity.mul(lr)).intoArray(w, i);
            }
        }
        TAIL.sgdStep(w, g, v, bound, offset + n - bound, lr, momentum, weightDecay, nesterov);
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
        int bound = offset + F.loopBound(n);
        for (int i = offset; i < bound; i += N) {
            FloatVector weight = fromArray(F, w, i);
            FloatVector gradient = fromArray(F, g, i).add(weight.mul(decay));
            FloatVector mean = fromArray(F, m, i);
            mean = mean.add(gradient.sub(mean).mul(newM));
            mean.intoArray(m, i);
            FloatVector square = fromArray(F, v, i).mul(oldV).add(gradient.mul(gradient).mul(newV));
            square.intoArray(v, i);
            FloatVector delta = mean.div(square.sqrt().div(correction).add(epsilon)).mul(rate);
            weight.mul(shrink).sub(delta).intoArray(w, i);
        }
        TAIL.adamStep(w, g, m, v, bound, offset + n - bound, step, lr, beta1, beta2, eps, weightDecay, decoupled);
    }

    @Override
    public void signStep(float[] origin, float[] x, float[] g, float[] y, int offset, int n, float step, float epsilon,
            float low, float high) {
        FloatVector zero = FloatVector.zero(F);
        int bound = offset + F.loopBound(n);
        for (int i = offset; i < bound; i += N) {
            FloatVector gradient = fromArray(F, g, i);
            FloatVector start = fromArray(F, origin, i);
            FloatVector move = zero.blend(step, gradient.compare(GT, 0f)).blend(-step, gradient.compare(LT, 0f));
            FloatVector delta = clamp(fromArray(F, x, i).add(move).sub(start), -epsilon, epsilon);
            clamp(start.add(delta), low, high).intoArray(y, i);
        }
        TAIL.signStep(origin, x, g, y, bound, offset + n - bound, step, epsilon, low, high);
    }

    @Override
    public void pullStep(float[] origin, float[] x, float[] y, int offset, int n, float factor, float low, float high) {
        int bound = offset + F.loopBound(n);
        for (int i = offset; i < bound; i += N) {
            FloatVector start = fromArray(F, origin, i);
            clamp(start.add(fromArray(F, x, i).sub(start).mul(factor)), low, high).intoArray(y, i);
        }
        TAIL.pullStep(origin, x, y, bound, offset + n - bound, factor, low, high);
    }

    @Override
    public double sumOfSquares(float[] x, int offset, int n) {
        double sum = 0;
        for (int from = 0; from < n; from += BLOCK) {
            sum += squaresOfBlock(x, offset + from, Math.min(BLOCK, n - from));
        }
        return sum;
    }

    private static double squaresOfBlock(float[] x, int offset, int n) {
        FloatVector sum = FloatVector.zero(F);
        int bound = offset + F.loopBound(n);
        for (int i = offset; i < bound; i += N) {
            FloatVector v = fromArray(F, x, i);
            sum = sum.add(v.mul(v));
        }
        return Lanes.sum(sum) + TAIL.sumOfSquares(x, bound, offset + n - bound);
    }

    @Override
    public double squaredDistance(float[] a, float[] b, int offset, int n) {
        double sum = 0;
        for (int from = 0; from < n; from += BLOCK) {
            sum += distanceOfBlock(a, b, offset + from, Math.min(BLOCK, n - from));
        }
        return sum;
    }

    private static double distanceOfBlock(float[] a, float[] b, int offset, int n) {
        FloatVector sum = FloatVector.zero(F);
        int bound = offset + F.loopBound(n);
        for (int i = offset; i < bound; i += N) {
            FloatVector d = fromArray(F, a, i).sub(fromArray(F, b, i));
            sum = sum.add(d.mul(d));
        }
        return Lanes.sum(sum) + TAIL.squaredDistance(a, b, bound, offset + n - bound);
    }

    private static FloatVector clamp(FloatVector v, float low, float high) {
        return v.blend(low, v.compare(LT, low)).blend(high, v.compare(GT, high));
    }
}
