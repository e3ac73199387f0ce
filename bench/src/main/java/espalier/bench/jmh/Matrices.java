package espalier.bench.jmh;

import espalier.bench.peer.GemmTask;
import espalier.bench.peer.Task;
import org.openjdk.jmh.annotations.Param;

/** Matrix products. */
public class Matrices extends TaskBenchmark {
    /** Rows of the result, its columns, terms of the sums; then whether the factors are transposed. */
    @Param({"64x64x64", "128x128x128", "256x256x256", "512x512x512", "1024x1024x1024", "512x512x512 nt", "512x512x512 tn",
        "512x512x512 tt", "1024x1024x16", "1024x16x1024", "16x1024x1024"})
    public String shape;

    @Override
    protected Task task() {
        return GemmTask.parse(shape);
    }
}
