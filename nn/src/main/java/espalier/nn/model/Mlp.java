package espalier.nn.model;

import espalier.engine.op.Flatten;
import espalier.engine.op.Relu;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Init;
import espalier.nn.Module;
import espalier.nn.layer.Linear;

/** Three linear layers with relu between them: pixels → 256 → 128 → classes. */
final class Mlp extends Module {
    private final Linear fc1;
    private final Linear fc2;
    private final Linear fc3;

    Mlp(Shape imageShape, int classes, Init init) {
        fc1 = child("fc1", new Linear(imageShape.size(), 256, init));
        fc2 = child("fc2", new Linear(256, 128, init));
        fc3 = child("fc3", new Linear(128, classes, init));
    }

    @Override
    protected Tensor forward(Tensor x) {
        Relu relu = new Relu();
        return fc3.apply(relu.apply(fc2.apply(relu.apply(fc1.apply(new Flatten().apply(x))))));
    }
}
