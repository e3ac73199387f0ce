package espalier.nn.layer;

import espalier.engine.tensor.Tensor;
import espalier.nn.Module;
import java.util.List;

/** Applies its children one after the other. They are named 0, 1, 2, …. */
public final class Sequential extends Module {
    public Sequential(Module... layers) {
        this(List.of(layers));
    }

    public Sequential(List<? extends Module> layers) {
        for (int i = 0; i < layers.size(); i++) {
            child(Integer.toString(i), layers.get(i));
        }
    }

    @Override
    protected Tensor forward(Tensor x) {
        return chain(x, children().sequencedValues());
    }
}
