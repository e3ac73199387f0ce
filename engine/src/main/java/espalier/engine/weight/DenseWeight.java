package espalier.engine.weight;

import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;

/** A weight as it was trained. */
public record DenseWeight(Tensor dense) implements Weight {
    @Override
    public Shape shape() {
        return dense.shape();
    }

    @Override
    public long nonzeros() {
        long count = 0;
        for (float v : dense.data()) {
            count += v != 0 ? 1 : 0;
        }
        return count;
    }

    @Override
    public long bytes() {
        return 4L * dense.size();
    }
}
