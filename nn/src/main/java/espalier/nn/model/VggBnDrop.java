package espalier.nn.model;

import espalier.engine.op.Flatten;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Init;
import espalier.nn.Module;
import espalier.nn.layer.BatchNorm;
import espalier.nn.layer.Conv2d;
import espalier.nn.layer.Dropout;
import espalier.nn.layer.Linear;
import espalier.nn.layer.MaxPool2d;
import espalier.nn.layer.Relu;
import espalier.nn.layer.Sequential;
import java.util.ArrayList;
import java.util.List;

/**
 * VGG-16's thirteen convolutions of 3×3, each with batch norm and relu, dropout between them and a pooling after each of the
 * five blocks; then two linear layers.
 *
 * <p>Sources: Zagoruyko 2015 (torch.ch/blog/2015/07/30/cifar.html), and ShrinkBench's {@code vgg_bn_drop} for names.
 */
final class VggBnDrop extends Module {
    private static final int[][] BLOCKS = {{64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}};
    private static final float EPS = 1e-3f;
    /** How much smaller an image is after the five poolings. */
    private static final int POOLED = 32;

    private final Sequential features;
    private final Sequential classifier;

    VggBnDrop(Shape imageShape, int classes, Init init) {
        List<Module> layers = new ArrayList<>();
        int in = imageShape.dim(0);
        for (int[] block : BLOCKS) {
            for (int i = 0; i < block.length; i++) {
                if (i > 0) {
                    layers.add(new Dropout(block[i] == 64 ? 0.3f : 0.4f));
                }
                layers.add(new ConvBnRelu(in, block[i], init));
                in = block[i];
            }
            layers.add(new MaxPool2d(2, 2, 0, true));
        }
        int flat = 512 * Math.ceilDiv(imageShape.dim(1), POOLED) * Math.ceilDiv(imageShape.dim(2), POOLED);
        features = child("features", new Sequential(layers));
        classifier = child("classifier", new Sequential(new Dropout(0.5f), new Linear(flat, 512, init), new BatchNorm(512),
                new Relu(), new Dropout(0.5f), new Linear(512, classes, init)));
    }

    @Override
    protected Tensor forward(Tensor x) {
        return classifier.apply(new Flatten().apply(features.apply(x)));
    }

    /** relu(bn(conv(x))), the convolution of 3×3 and with a bias. */
    private static final class ConvBnRelu extends Module {
        ConvBnRelu(int inChannels, int outChannels, Init init) {
            child("conv", new Conv2d(inChannels, outChannels, 3, 1, init));
            child("bn", new BatchNorm(outChannels, EPS, true));
        }

        @Override
        protected Tensor forward(Tensor x) {
            return chain(x, children().sequencedValues());
        }
    }
}
