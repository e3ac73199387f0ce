package espalier.nn.model;

import espalier.engine.op.OptionAShortcut;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Init;
import espalier.nn.Module;
import espalier.nn.layer.BatchNorm;
import espalier.nn.layer.Conv2d;
import java.util.List;

/**
 * relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x)): the shortcut is x, subsampled and padded with zero channels at a
 * step.
 */
final class BasicBlock extends Module {
    private final List<Module> body;
    private final BatchNorm bn2;
    private final OptionAShortcut shortcut;

    BasicBlock(int inChannels, int outChannels, int stride, Init init) {
        body = List.of(
                child("conv1", conv3x3(inChannels, outChannels, stride, init)),
                child("bn1", BatchNorm.withRelu(outChannels)),
                child("conv2", conv3x3(outChannels, outChannels, 1, init)));
        bn2 = child("bn2", BatchNorm.withRelu(outChannels));
        shortcut = stride == 1 && inChannels == outChannels
                ? null
                : new OptionAShortcut(stride, (outChannels - inChannels) / 2);
    }

    /** {@return a 3×3 convolution with padding 1 and without bias, Kaiming normal} */
    static Conv2d conv3x3(int inChannels, int outChannels, int stride, Init init) {
        Tensor weight = init.kaimingNormal(Shape.of(outChannels, inChannels, 3, 3), inChannels * 9);
        return new Conv2d(weight, null, stride, 1, 1, 1);
    }

    @Override
    protected Tensor forward(Tensor x) {
        return bn2.applyAndAdd(chain(x, body), shortcut == null ? x : shortcut.apply(x));
    }
}
