package espalier.bench.peer;

import espalier.engine.kernel.FmaPeak;
import espalier.engine.kernel.Kernels;

/** Multiply-adds in registers on all threads at once: what all other tasks are measured as a fraction of. */
public record PeakTask(int threads) implements Task {
    /** Of the loop, in one run; a millisecond: starting a second thread takes 40 microseconds. */
    static final int ITERATIONS = 1 << 18;

    @Override
    public String benchmark() {
        return "multiply-add peak";
    }

    @Override
    public String shape() {
        return Kernels.active().lanes() * Float.SIZE + " bits";
    }

    @Override
    public double flops() {
        return FmaPeak.flops(ITERATIONS) * threads;
    }

    @Override
    public double items() {
        return flops() / 1e9;
    }

    @Override
    public String unit() {
        return "GFLOP/s";
    }
}
