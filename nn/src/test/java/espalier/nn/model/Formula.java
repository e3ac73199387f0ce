package espalier.nn.model;

import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.checkpoint.StoredTensor;
import java.util.Map;

/** Weights and images that anyone can make: {@code golden_zoo.py}'s. */
final class Formula {
    private Formula() {}

    /** {@return a number in [−1, 1) for position {@code i} of tensor {@code t}} */
    static double hash(int i, int t) {
        int h = i * (int) 2654435761L + t * 40503 + 12345;
        h ^= h >>> 16;
        h *= (int) 2246822519L;
        h ^= h >>> 13;
        h *= (int) 3266489917L;
        h ^= h >>> 16;
        return Integer.toUnsignedLong(h) / 0x1p31 - 1;
    }

    /** Sets every parameter and buffer. */
    static void fill(Model model) {
        StateDict state = model.stateDict();
        int t = 0;
        for (Map.Entry<String, StoredTensor> e : state.tensors().entrySet()) {
            if (!e.getKey().endsWith("num_batches_tracked")) {
                e.setValue(StoredTensor.of(tensor(e.getKey(), e.getValue().shape(), t++)));
            }
        }
        model.loadStateDict(state, "formula");
    }

    private static Tensor tensor(String name, Shape shape, int t) {
        Tensor tensor = Tensor.zeros(shape);
        double fanIn = shape.rank() < 2 ? 0 : shape.size() / shape.dim(0);
        for (int i = 0; i < tensor.size(); i++) {
            double u = hash(i, t);
            double value = shape.rank() >= 2 ? u * Math.sqrt(6 / fanIn)
                    : name.endsWith("running_var") ? 1 + 0.2 * u * u
                    : name.endsWith("weight") ? 1 + 0.1 * u : 0.1 * u;
            tensor.data()[i] = (float) value;
        }
        return tensor;
    }

    /** {@return images of this shape; those of {@code golden_zoo.py} for t = 1000} */
    static Tensor images(Shape shape, int t) {
        Tensor x = Tensor.zeros(shape);
        for (int i = 0; i < x.size(); i++) {
            x.data()[i] = (float) hash(i, t);
        }
        return x;
    }
}
