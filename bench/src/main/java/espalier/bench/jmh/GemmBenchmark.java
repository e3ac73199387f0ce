package espalier.bench.jmh;

import espalier.engine.kernel.Gemm;
import espalier.engine.kernel.GemmKernels;
import espalier.engine.kernel.Kernels;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * {@code C = A·B}, square, on one thread: the column {@code gflop} is GFLOP/s.
 *
 * <pre>java --add-modules jdk.incubator.vector -cp bench/target/espalier.jar org.openjdk.jmh.Main Gemm</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
public class GemmBenchmark {
    @Param({"64", "256", "1024"})
    int size;

    private final GemmKernels kernels = Kernels.active().gemm();
    private float[] a;
    private float[] b;
    private float[] c;
    private float[] scratch;

    /** What JMH divides by the time that was measured. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        /** Billions of multiplications and additions. */
        public double gflop;
    }

    /** Arrays anew each iteration: where they lie in memory must not decide the figure. */
    @Setup(Level.Iteration)
    public void allocate() {
        SplittableRandom random = new SplittableRandom(1);
        a = random(size * size, random);
        b = random(size * size, random);
        c = new float[size * size];
        scratch = new float[Gemm.scratchSize(kernels, size, size, size)];
    }

    private static float[] random(int n, SplittableRandom random) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextFloat() - 0.5f;
        }
        return x;
    }

    /** {@return C, so that it is not optimized away} */
    @Benchmark
    public float[] gemm(Work work) {
        Gemm.multiply(kernels, size, size, size, a, 0, size, 1, b, 0, size, 1, c, 0, size, false, scratch, 0);
        work.gflop += 2e-9 * size * size * size;
        return c;
    }
}
