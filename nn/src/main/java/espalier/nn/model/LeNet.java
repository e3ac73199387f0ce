package espalier.nn.model;

import espalier.engine.op.Flatten;
import espalier.engine.op.MaxPool2d;
import espalier.engine.op.Relu;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Init;
import espalier.nn.Module;
import espalier.nn.layer.Conv2d;
import espalier.nn.layer.Linear;

/**
 * Two convolutions of 5×5, each followed by relu and 2×2 max pooling, and three linear layers: LeNet-5 with today's
 * activations.
 *
 * <p>Source: LeCun et al. 1998.
 */
final class LeNet extends Module {
    private final Conv2d conv1;
    private final Conv2d conv2;
    private final Linear fc1;
    private final Linear fc2;
    private final Linear fc3;

    LeNet(Shape imageShape, int classes, Init init) {
        int height = (imageShape.dim(1) / 2 - 4) / 2;
        int width = (imageShape.dim(2) / 2 - 4) / 2;
        conv1 = child("conv1", new Conv2d(imageShape.dim(0), 6, 5, 2, init));
        conv2 = child("conv2", new Conv2d(6, 16, 5, 0, init));
        fc1 = child("fc1", new Linear(16 * height * width, 120, init));
        fc2 = child("fc2", new Linear(120, 84, init));
        fc3 = child("fc3", new Linear(84, classes, init));
    }

    @Override
    protected Tensor forward(Tensor x) {
        Relu relu = new Relu();
        MaxPool2d pool = new MaxPool2d(2, 2, 0, false);
        Tensor features = pool.apply(relu.apply(conv2.apply(pool.apply(relu.apply(conv1.apply(x))))));
        return fc3.apply(relu.apply(fc2.apply(relu.apply(fc1.apply(new Flatten().apply(features))))));
    }
}
