package espalier.bench.jmh;

import espalier.bench.ladder.Ladder;
import espalier.bench.peer.ConvTask;
import espalier.bench.peer.GemmTask;
import espalier.bench.peer.RungTask;
import espalier.bench.peer.Workload;
import java.util.Optional;
import org.openjdk.jmh.annotations.Param;

/** The rungs of the ladder. */
public class Rungs extends TaskBenchmark {
    /** What every rung computes: {@code gemm} or {@code conv}. */
    @Param("gemm")
    public String ladder;

    /** The product's sizes, or the convolution's layer and batch. */
    @Param("512x512x512")
    public String shape;

    /** How it is computed. */
    @Param({"naive", "reordered", "blocked", "simd", "packed", "threaded"})
    public String rung;

    @Override
    protected RungTask task() {
        return new RungTask(ladder.equals("gemm") ? GemmTask.parse(shape) : ConvTask.parse(shape, "forward"), rung);
    }

    @Override
    protected Workload prepare() {
        return Ladder.prepare(task());
    }

    @Override
    protected Optional<Workload> reference() {
        return rung.equals(Ladder.NAIVE)
                ? Optional.empty()
                : Optional.of(Ladder.prepare(new RungTask(task().task(), Ladder.NAIVE)));
    }
}
