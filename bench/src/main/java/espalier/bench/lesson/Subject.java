package espalier.bench.lesson;

import espalier.bench.peer.LoweredTask;
import espalier.bench.peer.WeightForm;
import espalier.compress.lower.LoweredModel;
import espalier.compress.lower.Lowering;
import espalier.datasets.DataRoot;
import espalier.datasets.Dataset;
import espalier.datasets.Datasets;
import espalier.datasets.Split;
import espalier.nn.model.Model;
import espalier.nn.train.Evaluator;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The ResNet-20 that a lesson measures.
 *
 * @param weights its safetensors file, or {@link LoweredTask#INITIALIZED}
 * @param images to count by how many of them it is right; null where there are none
 */
public record Subject(String weights, Dataset images) {
    /** What there is without files. */
    public static final Subject INITIALIZED = new Subject(LoweredTask.INITIALIZED, null);

    private static final String NETWORK = "resnet20";
    private static final String IMAGES = "cifar10";
    private static final int TESTED = 1000;
    private static final int CALIBRATION = 500;
    private static final int BATCH = 100;

    /**
     * {@return the network of a file}
     *
     * @param data the folder of CIFAR-10; null for none
     * @throws espalier.engine.UserError when either cannot be read, or the file is of another network
     */
    public static Subject of(Path weights, Path data) {
        Subject subject = new Subject(weights.toString(), null);
        subject.task(WeightForm.DENSE, 1).parent();
        return data == null ? subject : new Subject(subject.weights, Datasets.load(IMAGES, DataRoot.resolve(data)));
    }

    LoweredTask task(WeightForm form, int batch) {
        return new LoweredTask(NETWORK, weights, form, batch);
    }

    /** {@return in brackets, or after a comma: where the weights are from} */
    String about() {
        return weights.equals(LoweredTask.INITIALIZED)
                ? "the network is initialized, not trained"
                : "weights of `" + weights + "`";
    }

    /** {@return a table of by how many test images the network is right in each form; nothing where there are no images} */
    List<Block> accuracies(List<WeightForm> forms) {
        if (images == null) {
            return List.of();
        }
        Split test = images.test().head(Math.min(TESTED, images.test().size()));
        return List.of(new Block.Rows(1, List.of("weights", "right of the first " + test.size() + " test images"),
                forms.stream().map(f -> List.of(f.toString(), String.format(Locale.ROOT, "%.1f %%",
                        100.0 * right(f, test) / test.size()))).toList()));
    }

    private int right(WeightForm form, Split test) {
        Model parent = task(form, 1).parent();
        Split calibration = images.train().head(Math.min(CALIBRATION, images.train().size()));
        LoweredModel model = form.quantized()
                ? Lowering.lower(parent, form.format(), calibration, form.bits())
                : Lowering.lower(parent, form.format());
        return Evaluator.evaluate(model::logits, test, BATCH).correct();
    }
}
