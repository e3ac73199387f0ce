package espalier.nn.model;

import espalier.engine.op.GlobalAvgPool;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Init;
import espalier.nn.Module;
import espalier.nn.layer.BatchNorm;
import espalier.nn.layer.Conv2d;
import espalier.nn.layer.Dropout;
import espalier.nn.layer.Linear;
import espalier.nn.layer.Relu6;
import espalier.nn.layer.Sequential;
import java.util.ArrayList;
import java.util.List;

/**
 * Seventeen inverted residuals: to many channels by 1×1, 3×3 on each channel by itself, back to few by 1×1; width 1.0.
 *
 * <p>{@link Stem#CIFAR} has stride 1 instead of 2 in the first convolution and in the second stage, so that 32×32 ends as
 * 4×4 in place of 1×1; parameters are the same. Sources: Sandler et al. 2018 (arXiv 1801.04381), table 2; torchvision's
 * {@code mobilenet_v2} for names.
 */
final class MobileNetV2 extends Module {
    /** Expansion, channels, blocks, stride of the first block. */
    private static final int[][] STAGES = {
        {1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}
    };
    private static final int LAST = 1280;

    private final Sequential features;
    private final Sequential classifier;

    MobileNetV2(Stem stem, Shape imageShape, int classes, Init init) {
        List<Module> layers = new ArrayList<>();
        layers.add(convBnRelu6(imageShape.dim(0), 32, 3, stem == Stem.CIFAR ? 1 : 2, 1, init));
        int in = 32;
        for (int i = 0; i < STAGES.length; i++) {
            int[] stage = STAGES[i];
            for (int block = 0; block < stage[2]; block++) {
                int stride = block > 0 || stem == Stem.CIFAR && i == 1 ? 1 : stage[3];
                layers.add(new InvertedResidual(in, stage[1], stride, stage[0], init));
                in = stage[1];
            }
        }
        layers.add(convBnRelu6(in, LAST, 1, 1, 1, init));
        features = child("features", new Sequential(layers));
        classifier = child("classifier", new Sequential(new Dropout(0.2f),
                new Linear(init.normal(Shape.of(classes, LAST), 0.01), Tensor.zeros(Shape.of(classes)))));
    }

    @Override
    protected Tensor forward(Tensor x) {
        return classifier.apply(new GlobalAvgPool().apply(features.apply(x)));
    }

    private static Sequential convBnRelu6(int in, int out, int kernel, int stride, int groups, Init init) {
        return new Sequential(conv(in, out, kernel, stride, groups, init), new BatchNorm(out), new Relu6());
    }

    /** {@return a convolution without bias that keeps the size at stride 1, Kaiming normal by fan-out} */
    private static Conv2d conv(int in, int out, int kernel, int stride, int groups, Init init) {
        Tensor weight = init.kaimingNormal(Shape.of(out, in / groups, kernel, kernel), out * kernel * kernel);
        return new Conv2d(weight, null, stride, kernel / 2, 1, groups);
    }

    /** bn(conv1×1(relu6(bn(depthwise3×3(relu6(bn(conv1×1(x)))))))), plus x where shapes allow. */
    private static final class InvertedResidual extends Module {
        private final Sequential body;
        private final BatchNorm last;
        private final boolean shortcut;

        InvertedResidual(int in, int out, int stride, int expansion, Init init) {
            int hidden = in * expansion;
            List<Module> layers = new ArrayList<>();
            if (expansion != 1) {
                layers.add(convBnRelu6(in, hidden, 1, 1, 1, init));
            }
            layers.add(convBnRelu6(hidden, hidden, 3, stride, hidden, init));
            layers.add(conv(hidden, out, 1, 1, 1, init));
            last = new BatchNorm(out);
            body = new Sequential(layers);
            layers.add(last);
            child("conv", new Sequential(layers));
            shortcut = stride == 1 && in == out;
        }

        @Override
        protected Tensor forward(Tensor x) {
            Tensor y = body.apply(x);
            return shortcut ? last.applyAndAdd(y, x) : last.apply(y);
        }
    }
}
