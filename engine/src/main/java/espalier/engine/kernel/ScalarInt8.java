package espalier.engine.kernel;

import java.util.Arrays;

/** Integer loops in plain Java. Scratch holds the sums of four rows. */
final class ScalarInt8 implements Int8Kernels {
    private static final int PANEL = 32;

    @Override
    public int panel() {
        return PANEL;
    }

    @Override
    public int scratch() {
        return ROWS * PANEL;
    }

    @Override
    public void pairs(byte[] w, int wOffset, int[] pairs, int n) {
        for (int i = 0; i < n; i++) {
            pairs[i] = w[wOffset + i] & 0xFFFF | w[wOffset + i] << 16;
        }
    }

    @Override
    public void products(short[] x, int xOffset, int[] offsets, int depth, int[] w, int wOffset, byte[] lengths, int first,
            int last, int[] scratch) {
        Arrays.fill(scratch, 0, ROWS * PANEL, 0);
        for (int k = 0; k < depth; k++) {
            int o = xOffset + offsets[k];
            for (int r = 0; r < ROWS; r++) {
                int weight = (short) w[wOffset + r * depth + k];
                for (int p = 0; p < PANEL; p++) {
                    scratch[r * PANEL + p] += weight * x[o + p];
                }
            }
        }
    }

    @Override
    public void sparseProducts(int panels, short[] x, int at0, int at1, int at2, int at3, int[] offsets, char[] columns,
            byte[] values, byte[] lengths, int first, int last, int from, int[] scratch) {
        Arrays.fill(scratch, 0, ROWS * PANEL, 0);
        int to = from;
        for (int group = first; group < last; group++) {
            to += lengths[group];
        }
        for (int j = from; j < to; j++) {
            int offset = offsets[columns[j]];
            for (int p = 0; p < PANEL; p++) {
                scratch[p] += values[j] * x[at0 + offset + p];
                scratch[PANEL + p] += values[j] * x[at1 + offset + p];
                scratch[2 * PANEL + p] += values[j] * x[at2 + offset + p];
                scratch[3 * PANEL + p] += values[j] * x[at3 + offset + p];
            }
        }
    }

    @Override
    public void requantize(int[] scratch, int row, int bias, float multiplier, int zeroPoint, int low, int high,
            byte[] y, int yOffset) {
        for (int p = 0; p < PANEL; p++) {
            y[yOffset + p] = (byte) Int8Kernels.round((scratch[row * PANEL + p] + bias) * multiplier, zeroPoint, low, high);
        }
    }

    @Override
    public void accumulators(int[] scratch, int row, int bias, int[] y, int yOffset) {
        for (int p = 0; p < PANEL; p++) {
            y[yOffset + p] = scratch[row * PANEL + p] + bias;
        }
    }

    @Override
    public void widen(byte[] x, int xOffset, int step, short[] y, int yOffset, int groups, int n) {
        for (int g = 0; g < groups; g++) {
            int from = xOffset + g * step;
            int to = yOffset + g * n;
            for (int i = 0; i < n; i++) {
                y[to + i] = (short) (x[from + i] & 0xFF);
            }
        }
    }

    @Override
    public void add(byte[] a, int aOffset, int aZero, float aMultiplier, byte[] b, int bOffset, int bZero, float bMultiplier,
            byte[] y, int yOffset, int zeroPoint, int low, int high, int n) {
        for (int i = 0; i < n; i++) {
            float v = ((a[aOffset + i] & 0xFF) - aZero) * aMultiplier + ((b[bOffset + i] & 0xFF) - bZero) * bMultiplier;
            y[yOffset + i] = (byte) Int8Kernels.round(v, zeroPoint, low, high);
        }
    }
}
