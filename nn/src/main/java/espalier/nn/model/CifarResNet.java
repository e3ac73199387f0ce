package espalier.nn.model;

import espalier.engine.op.GlobalAvgPool;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Init;
import espalier.nn.Module;
import espalier.nn.layer.BatchNorm;
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
    private final List<Module> body;
    private final Linear linear;

    CifarResNet(int depth, Shape imageShape, int classes, Init init) {
        int blocks = (depth - 2) / 6;
        body = List.of(
                child("conv1", BasicBlock.conv3x3(imageShape.dim(0), 16, 1, init)),
                child("bn1", BatchNorm.withRelu(16)),
                child("layer1", stage(blocks, 16, 16, 1, init)),
                child("layer2", stage(blocks, 16, 32, 2, init)),
                child("layer3", stage(blocks, 32, 64, 2, init)));
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
        return linear.apply(new GlobalAvgPool().apply(chain(x, body)));
    }
}
