package espalier.nn.model;

import espalier.engine.op.GlobalAvgPool;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Init;
import espalier.nn.Module;
import espalier.nn.layer.BatchNorm;
import espalier.nn.layer.Conv2d;
import espalier.nn.layer.Linear;
import espalier.nn.layer.Sequential;
import java.util.ArrayList;
import java.util.List;

/**
 * The residual network for small images: 6n + 2 layers in three stages of 16, 32 and 64 channels, option-A shortcuts.
 *
 * <p>Source: He et al. 2015, section 4.2.
 */
final class CifarResNet extends Module {
    private final Conv2d conv1;
    private final BatchNorm bn1;
    private final Sequential layer1;
    private final Sequential layer2;
    private final Sequential layer3;
    private final Linear linear;

    CifarResNet(int depth, Shape imageShape, int classes, Init init) {
        int blocks = (depth - 2) / 6;
        conv1 = child("conv1", BasicBlock.conv3x3(imageShape.dim(0), 16, 1, init));
        bn1 = child("bn1", BatchNorm.withRelu(16));
        layer1 = child("layer1", stage(blocks, 16, 16, 1, init));
        layer2 = child("layer2", stage(blocks, 16, 32, 2, init));
        layer3 = child("layer3", stage(blocks, 32, 64, 2, init));
        linear = child("linear", new Linear(init.kaimingNormal(Shape.of(classes, 64), 64),
                init.layerDefault(Shape.of(classes), 64)));
    }

    private static Sequential stage(int blocks, int inChannels, int outChannels, int stride, Init init) {
        List<Module> stage = new ArrayList<>();
        stage.add(new BasicBlock(inChannels, outChannels, stride, init));
        while (stage.size() < blocks) {
            stage.add(new BasicBlock(outChannels, outChannels, 1, init));
        }
        return new Sequential(stage);
    }

    @Override
    protected Tensor forward(Tensor x) {
        Tensor y = layer1.apply(bn1.apply(conv1.apply(x)));
        return linear.apply(new GlobalAvgPool().apply(layer3.apply(layer2.apply(y))));
    }
}
