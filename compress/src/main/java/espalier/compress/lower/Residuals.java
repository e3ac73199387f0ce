package espalier.compress.lower;

import espalier.engine.op.Add;
import espalier.engine.op.Conv2d;
import java.util.BitSet;
import java.util.List;

/**
 * Which additions the convolution before them can make: its sums start from the other operand, and are put in its place. So a
 * value is neither written nor read again. (ResNet-20's largest are 1.2 MB for 16 images, more than the caches hold.)
 */
final class Residuals {
    private final List<Step> steps;
    /** How many steps read each value. */
    private final int[] readers;
    private final int[] lastReader;
    private final BitSet overwritten = new BitSet();

    Residuals(List<Step> steps) {
        this.steps = steps;
        readers = new int[steps.size() + 1];
        lastReader = new int[steps.size() + 1];
        readers[steps.size()] = 1;
        for (int i = 0; i < steps.size(); i++) {
            for (int v : steps.get(i).inputs()) {
                readers[v]++;
                lastReader[v] = i;
            }
        }
    }

    /**
     * {@return the value that a convolution makes only for step i, an addition, to add it to one that nobody reads after it; −1
     * where there is none}
     */
    int sum(int i) {
        Step step = steps.get(i);
        if (!(step.op() instanceof Add) || step.activation() == Activation.RELU6) {
            return -1;
        }
        int a = step.inputs().getInt(0);
        int b = step.inputs().getInt(1);
        return fits(a, b, i) ? a : fits(b, a, i) ? b : -1;
    }

    /** {@return the other operand of step i, an addition} */
    int other(int i, int sum) {
        Step step = steps.get(i);
        return step.inputs().getInt(0) == sum ? step.inputs().getInt(1) : step.inputs().getInt(0);
    }

    private boolean fits(int sum, int other, int i) {
        if (sum == 0 || sum == other || readers[sum] != 1 || lastReader[other] != i) {
            return false;
        }
        Step layer = steps.get(sum - 1);
        return layer.op() instanceof Conv2d && layer.activation() == Activation.NONE
                && layer.inputs().getInt(0) != other && !overwritten.get(layer.inputs().getInt(0));
    }

    /** Notes that step i is made by the convolution whose result is {@code sum}, which is executed in the place of step i. */
    void join(int i, int sum) {
        int x = steps.get(sum - 1).inputs().getInt(0);
        lastReader[x] = Math.max(lastReader[x], i);
        overwritten.set(other(i, sum));
    }
}
