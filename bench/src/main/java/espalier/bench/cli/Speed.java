package espalier.bench.cli;

import espalier.engine.tensor.Tensor;
import java.util.function.UnaryOperator;

/** A network, and how many images a second it takes. The first batch, in which it is compiled, is not counted. */
final class Speed implements UnaryOperator<Tensor> {
    private final UnaryOperator<Tensor> logits;
    private long images;
    private long nanos;
    private boolean warm;

    Speed(UnaryOperator<Tensor> logits) {
        this.logits = logits;
    }

    @Override
    public Tensor apply(Tensor pixels) {
        long start = System.nanoTime();
        Tensor y = logits.apply(pixels);
        if (warm) {
            nanos += System.nanoTime() - start;
            images += pixels.shape().dim(0);
        }
        warm = true;
        return y;
    }

    /** {@return images a second; 0 where there was one batch only} */
    double imagesPerSecond() {
        return nanos == 0 ? 0 : images * 1e9 / nanos;
    }
}
