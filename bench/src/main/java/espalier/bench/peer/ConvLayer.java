package espalier.bench.peer;

import espalier.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A convolution of a network on 32×32 images, square in everything.
 *
 * @param name the network and, as PyTorch calls it, the first layer of this geometry
 * @param in input channels
 * @param size height and width of the input
 * @param out output channels
 */
public record ConvLayer(String name, int in, int size, int out, int kernel, int stride, int padding, int groups) {
    /** Every distinct convolution of ResNet-20, VGG-16-BN and MobileNetV2 (its CIFAR variant: three strides fewer). */
    public static final List<ConvLayer> ALL = all();

    private static List<ConvLayer> all() {
        List<ConvLayer> layers = new ArrayList<>();
        resnet20(layers);
        vgg16(layers);
        mobilenetV2(layers);
        Set<ConvLayer> seen = new HashSet<>();
        return layers.stream().filter(l -> seen.add(new ConvLayer(l.name.split("/")[0], l.in, l.size, l.out, l.kernel, l.stride,
                l.padding, l.groups))).toList();
    }

    private static void resnet20(List<ConvLayer> layers) {
        layers.add(of3x3("resnet20/conv1", 3, 32, 16, 1));
        layers.add(of3x3("resnet20/layer1.0.conv1", 16, 32, 16, 1));
        layers.add(of3x3("resnet20/layer2.0.conv1", 16, 32, 32, 2));
        layers.add(of3x3("resnet20/layer2.0.conv2", 32, 16, 32, 1));
        layers.add(of3x3("resnet20/layer3.0.conv1", 32, 16, 64, 2));
        layers.add(of3x3("resnet20/layer3.0.conv2", 64, 8, 64, 1));
    }

    private static void vgg16(List<ConvLayer> layers) {
        int[][] stages = {{64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}};
        int in = 3;
        int size = 32;
        int module = 0;
        for (int[] stage : stages) {
            for (int out : stage) {
                layers.add(of3x3("vgg16_bn/features." + module, in, size, out, 1));
                in = out;
                // A convolution, a batch norm and a relu.
                module += 3;
            }
            module++;
            size /= 2;
        }
    }

    private static void mobilenetV2(List<ConvLayer> layers) {
        int[][] stages = {{1, 16, 1, 1}, {6, 24, 2, 1}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2},
                {6, 320, 1, 1}};
        layers.add(of3x3("mobilenet_v2/features.0.0", 3, 32, 32, 1));
        int in = 32;
        int size = 32;
        int block = 1;
        for (int[] stage : stages) {
            for (int i = 0; i < stage[2]; i++, block++) {
                int stride = i == 0 ? stage[3] : 1;
                int hidden = in * stage[0];
                String name = "mobilenet_v2/features." + block + ".conv.";
                int module = 0;
                if (hidden != in) {
                    layers.add(new ConvLayer(name + module++ + ".0", in, size, hidden, 1, 1, 0, 1));
                }
                layers.add(new ConvLayer(name + module++ + ".0", hidden, size, hidden, 3, stride, 1, hidden));
                size /= stride;
                layers.add(new ConvLayer(name + module, hidden, size, stage[1], 1, 1, 0, 1));
                in = stage[1];
            }
        }
        layers.add(new ConvLayer("mobilenet_v2/features.18.0", in, size, 1280, 1, 1, 0, 1));
    }

    private static ConvLayer of3x3(String name, int in, int size, int out, int stride) {
        return new ConvLayer(name, in, size, out, 3, stride, 1, 1);
    }

    /** {@return height and width of the output} */
    public int outSize() {
        return (size + 2 * padding - kernel) / stride + 1;
    }

    /** {@return the shape of the input of {@code batch} images} */
    public Shape input(int batch) {
        return Shape.of(batch, in, size, size);
    }

    /** {@return the shape of the weight} */
    public Shape weight() {
        return Shape.of(out, in / groups, kernel, kernel);
    }

    /** {@return the shape of the output of {@code batch} images} */
    public Shape output(int batch) {
        return Shape.of(batch, out, outSize(), outSize());
    }

    /** {@return the geometry in words: {@code 16>32 at 32x32 3x3/2}} */
    public String geometry() {
        return in + ">" + out + " at " + size + "x" + size + " " + kernel + "x" + kernel + (stride == 1 ? "" : "/" + stride)
                + (groups == 1 ? "" : " " + groups + " groups");
    }
}
