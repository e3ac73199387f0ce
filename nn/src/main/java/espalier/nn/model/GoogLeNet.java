package espalier.nn.model;

import espalier.engine.op.Concat;
import espalier.engine.op.GlobalAvgPool;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Init;
import espalier.nn.Module;
import espalier.nn.layer.BatchNorm;
import espalier.nn.layer.Conv2d;
import espalier.nn.layer.Dropout;
import espalier.nn.layer.Linear;
import espalier.nn.layer.MaxPool2d;
import espalier.nn.layer.Sequential;
import java.util.ArrayList;
import java.util.List;

/**
 * Nine inception blocks, each of four branches side by side, without auxiliary heads.
 *
 * <p>{@link Stem#CIFAR} begins with 3×3 at stride 1 instead of 7×7 at stride 2 and leaves out the first two poolings: the
 * blocks see 32×32, 16×16 and 8×8 in place of 4×4, 2×2 and 1×1. Sources: Szegedy et al. 2014 (arXiv 1409.4842);
 * torchvision's {@code googlenet} for names, for 3×3 where the paper has 5×5, and for batch norm.
 */
final class GoogLeNet extends Module {
    private static final float EPS = 1e-3f;
    private static final double STD = 0.01;

    private final List<Module> body = new ArrayList<>();
    private final Dropout dropout;
    private final Linear fc;

    GoogLeNet(Stem stem, Shape imageShape, int classes, Init init) {
        int in = imageShape.dim(0);
        boolean small = stem == Stem.CIFAR;
        add("conv1", small ? new BasicConv(in, 64, 3, 1, 1, init) : new BasicConv(in, 64, 7, 2, 3, init));
        if (!small) {
            pool("maxpool1", 3);
        }
        add("conv2", new BasicConv(64, 64, 1, 1, 0, init));
        add("conv3", new BasicConv(64, 192, 3, 1, 1, init));
        if (!small) {
            pool("maxpool2", 3);
        }
        add("inception3a", new Inception(192, 64, 96, 128, 16, 32, 32, init));
        add("inception3b", new Inception(256, 128, 128, 192, 32, 96, 64, init));
        pool("maxpool3", 3);
        add("inception4a", new Inception(480, 192, 96, 208, 16, 48, 64, init));
        add("inception4b", new Inception(512, 160, 112, 224, 24, 64, 64, init));
        add("inception4c", new Inception(512, 128, 128, 256, 24, 64, 64, init));
        add("inception4d", new Inception(512, 112, 144, 288, 32, 64, 64, init));
        add("inception4e", new Inception(528, 256, 160, 320, 32, 128, 128, init));
        pool("maxpool4", 2);
        add("inception5a", new Inception(832, 256, 160, 320, 32, 128, 128, init));
        add("inception5b", new Inception(832, 384, 192, 384, 48, 128, 128, init));
        dropout = child("dropout", new Dropout(0.2f));
        fc = child("fc", new Linear(init.normal(Shape.of(classes, 1024), STD), init.layerDefault(Shape.of(classes), 1024)));
    }

    private void add(String name, Module module) {
        body.add(child(name, module));
    }

    private void pool(String name, int kernel) {
        add(name, new MaxPool2d(kernel, 2, 0, true));
    }

    @Override
    protected Tensor forward(Tensor x) {
        return fc.apply(dropout.apply(new GlobalAvgPool().apply(chain(x, body))));
    }

    /** relu(bn(conv(x))), the convolution without a bias. */
    private static final class BasicConv extends Module {
        BasicConv(int inChannels, int outChannels, int kernel, int stride, int padding, Init init) {
            // torchvision cuts this normal distribution off at 200 standard deviations: at none that is ever drawn.
            Tensor weight = init.normal(Shape.of(outChannels, inChannels, kernel, kernel), STD);
            child("conv", new Conv2d(weight, null, stride, padding, 1, 1));
            child("bn", new BatchNorm(outChannels, EPS, true));
        }

        @Override
        protected Tensor forward(Tensor x) {
            return chain(x, children().sequencedValues());
        }
    }

    /** The channels of 1×1; of 1×1 then 3×3; of 1×1 then 3×3 again; of max pooling then 1×1. */
    private static final class Inception extends Module {
        Inception(int in, int one, int reduce2, int out2, int reduce3, int out3, int pooled, Init init) {
            child("branch1", new BasicConv(in, one, 1, 1, 0, init));
            child("branch2", new Sequential(new BasicConv(in, reduce2, 1, 1, 0, init),
                    new BasicConv(reduce2, out2, 3, 1, 1, init)));
            child("branch3", new Sequential(new BasicConv(in, reduce3, 1, 1, 0, init),
                    new BasicConv(reduce3, out3, 3, 1, 1, init)));
            child("branch4", new Sequential(new MaxPool2d(3, 1, 1, true), new BasicConv(in, pooled, 1, 1, 0, init)));
        }

        @Override
        protected Tensor forward(Tensor x) {
            return new Concat().apply(children().values().stream().map(branch -> branch.apply(x)).toArray(Tensor[]::new));
        }
    }
}
