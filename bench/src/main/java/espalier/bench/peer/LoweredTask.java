package espalier.bench.peer;

import espalier.compress.Sizes;
import espalier.compress.lower.LoweredModel;
import espalier.compress.lower.Lowering;
import espalier.compress.prune.Evidence;
import espalier.compress.prune.Pruner;
import espalier.compress.prune.PruningStrategy;
import espalier.datasets.Split;
import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Logits of a whole network for 3×32×32 pixels: pruned by magnitude over all layers together, lowered.
 *
 * @param file its weights, in safetensors, or {@link #INITIALIZED}
 */
public record LoweredTask(String model, String file, WeightForm form, int batch) implements Task {
    /** Instead of a file: weights as training begins with. */
    public static final String INITIALIZED = "initialized";

    private static final Pattern SHAPE = Pattern.compile("(\\S+) batch (\\d+)");
    private static final int CLASSES = 10;
    private static final int CALIBRATION = 16;
    private static final Map<String, Sizes> SIZES = new ConcurrentHashMap<>();

    /** An initialized network. */
    public LoweredTask(String model, WeightForm form, int batch) {
        this(model, INITIALIZED, form, batch);
    }

    /** {@return the task of {@link #shape}, and of the form that prints so, for an initialized network} */
    public static LoweredTask parse(String shape, String form) {
        return parse(shape, INITIALIZED, form);
    }

    /** {@return the task of {@link #shape}, and of the form that prints so} */
    public static LoweredTask parse(String shape, String file, String form) {
        Matcher s = SHAPE.matcher(shape);
        if (!s.matches()) {
            throw new UserError("network: shape '" + shape + "' is not like 'resnet20 batch 128'");
        }
        return new LoweredTask(s.group(1), file, WeightForm.parse(form), Integer.parseInt(s.group(2)));
    }

    /** {@return the same with its weights in another form} */
    public LoweredTask in(WeightForm other) {
        return new LoweredTask(model, file, other, batch);
    }

    /** {@return the network before it is lowered, masks in force} */
    public Model parent() {
        Model m = Models.create(model, Shape.of(3, 32, 32), CLASSES, new float[] {0.491f, 0.482f, 0.447f},
                new float[] {0.247f, 0.243f, 0.262f}, 1);
        if (!file.equals(INITIALIZED)) {
            m.load(Path.of(file));
        }
        m.setTraining(false);
        if (form.zeros() > 0) {
            Pruner.prune(m, PruningStrategy.GLOBAL_MAGNITUDE, 100.0 / (100 - form.zeros()), Evidence.NONE, 0).masks()
                    .forEach((name, mask) -> m.parameters().get(name).setMask(mask));
        }
        return m;
    }

    /** {@return the network, ready to run} */
    public LoweredModel lowered() {
        Model parent = parent();
        return form.quantized()
                ? Lowering.lower(parent, form.format(), calibration(), form.bits())
                : Lowering.lower(parent, form.format());
    }

    private static Split calibration() {
        Shape image = Shape.of(3, 32, 32);
        float[] values = Values.uniform(CALIBRATION * image.size(), 0, 256, 7);
        byte[] pixels = new byte[values.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (int) values[i];
        }
        return new Split(pixels, new byte[CALIBRATION], image);
    }

    /** {@return new images in [0, 1)} */
    public Tensor pixels() {
        Shape shape = Shape.of(batch, 3, 32, 32);
        return Tensor.of(shape, Values.uniform(shape.size(), 0, 1, 3));
    }

    /** {@return what the network is made of} */
    public Sizes sizes() {
        return SIZES.computeIfAbsent(model + " " + file + " " + form.zeros(), _ -> Sizes.of(parent()));
    }

    @Override
    public String benchmark() {
        return "network " + form;
    }

    @Override
    public String shape() {
        return model + " batch " + batch;
    }

    /** Those with zeros only where all weights are dense; none in integers. */
    @Override
    public double flops() {
        return form.quantized() ? 0 : 2.0 * batch * switch (form.format()) {
            case DENSE -> sizes().macs();
            default -> sizes().nonzeroMacs();
        };
    }

    @Override
    public Double theoreticalSpeedup() {
        return (double) sizes().macs() / sizes().nonzeroMacs();
    }

    @Override
    public double items() {
        return batch;
    }

    @Override
    public String unit() {
        return "images/s";
    }

    /** A sum that falls between two integers is rounded up by one and down by another, which all that follows is made of. */
    @Override
    public double tolerance() {
        return form.quantized() ? 0.05 : Task.super.tolerance();
    }
}
