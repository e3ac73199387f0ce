package espalier.nn.model;

import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import espalier.nn.Init;
import espalier.nn.Module;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * The models by name. {@code _cifar} after a name of torchvision means a first part that suits small images, where the name
 * alone means torchvision's, made for 224×224.
 */
public final class Models {
    private static final SequencedMap<String, Entry> KNOWN = new LinkedHashMap<>();

    /** @param smallest the least height and width of an image that the network can take */
    private record Entry(Architecture architecture, int smallest) {}

    static {
        KNOWN.put("mlp", new Entry(Mlp::new, 1));
        // 12 → pool 6 → convolution 2 → pool 1.
        KNOWN.put("lenet", new Entry(LeNet::new, 12));
        for (int depth : new int[] {20, 32, 44, 56, 110}) {
            KNOWN.put("resnet" + depth,
                    new Entry((imageShape, classes, init) -> new CifarResNet(depth, imageShape, classes, init), 1));
        }
        // A block ends in a pooling of 2×2, which needs something to pool: 17 → 9 → 5 → 3 → 2 → 1.
        KNOWN.put("vgg_bn_drop", new Entry(VggBnDrop::new, 17));
        put("googlenet", Stem.IMAGENET, 31, GoogLeNet::new);
        put("googlenet_cifar", Stem.CIFAR, 4, GoogLeNet::new);
        put("mobilenet_v2", Stem.IMAGENET, 1, MobileNetV2::new);
        put("mobilenet_v2_cifar", Stem.CIFAR, 1, MobileNetV2::new);
    }

    private Models() {}

    @FunctionalInterface
    private interface WithStem {
        Module build(Stem stem, Shape imageShape, int classes, Init init);
    }

    private static void put(String name, Stem stem, int smallest, WithStem architecture) {
        KNOWN.put(name, new Entry((shape, classes, init) -> architecture.build(stem, shape, classes, init), smallest));
    }

    /** {@return the names that {@link #create} knows} */
    public static List<String> names() {
        return List.copyOf(KNOWN.keySet());
    }

    /**
     * {@return a new model with random parameters, in evaluation mode}
     *
     * @param imageShape [C,H,W]
     * @param mean       of the pixels, in [0, 1], per channel
     * @param std        of the pixels per channel
     * @param seed       of the parameters: the same seed gives the same bits
     * @throws UserError when the name is unknown or the images do not fit the network
     */
    public static Model create(String name, Shape imageShape, int classes, float[] mean, float[] std, long seed) {
        Entry entry = KNOWN.get(name);
        if (entry == null) {
            throw new UserError("unknown model " + name + "; known are " + String.join(", ", names()));
        }
        if (imageShape.rank() != 3 || Math.min(imageShape.dim(1), imageShape.dim(2)) < entry.smallest) {
            throw new UserError("model " + name + " takes images [C,H,W] of at least " + entry.smallest + "×"
                    + entry.smallest + " pixels, not " + imageShape);
        }
        return new Model(name, entry.architecture, imageShape, classes, mean, std, seed);
    }
}
