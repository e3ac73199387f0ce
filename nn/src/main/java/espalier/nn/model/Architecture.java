package espalier.nn.model;

import espalier.engine.tensor.Shape;
import espalier.nn.Init;
import espalier.nn.Module;

/** Builds the network of a model. */
@FunctionalInterface
public interface Architecture {
    /**
     * {@return a network from normalized images [N,C,H,W] to logits [N,classes]}
     *
     * @param imageShape [C,H,W]
     */
    Module build(Shape imageShape, int classes, Init init);
}
