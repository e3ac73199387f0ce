package espalier.bench.peer;

import espalier.compress.lower.Format;
import espalier.engine.UserError;
import espalier.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * One layer of a lowered network over a batch of images, with weights that were packed before, bias and relu.
 *
 * @param how it is computed: {@link How#NAIVE} and {@link How#ROWS} are for learning, with {@code csr} weights
 */
public record LayerTask(ConvLayer layer, WeightForm form, How how, int batch) implements Task {
    /** A linear layer that makes a matrix product of 512 rows and as many terms: its columns are the batch. */
    public static final ConvLayer LINEAR = new ConvLayer("linear/512", 512, 1, 512, 1, 1, 0, 1);

    /** Of several ways to the same result. */
    public enum How {
        /** The kernel that lowered networks are executed by. */
        KERNEL,
        /** As many products for each output as there are weights: {@code dense} convolutions without Winograd's trick. */
        DIRECT,
        /** A sum for each output: non-zero by non-zero, each looked up in the image. */
        NAIVE,
        /** A row of outputs for each non-zero, which the compiler turns into vectors. */
        ROWS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public LayerTask {
        Format only = how == How.DIRECT ? Format.DENSE : Format.CSR;
        if (how != How.KERNEL && form.format() != only) {
            throw new UserError("layer: " + form + ", " + how + ": that way is for " + only + " weights");
        }
    }

    /** {@return the task of {@link #shape}, and of the forms and ways that print so} */
    public static LayerTask parse(String shape, String form, String how) {
        ConvTask.Named named = ConvTask.named(shape, Stream.concat(ConvLayer.ALL.stream(), Stream.of(LINEAR)).toList());
        return new LayerTask(named.layer(), WeightForm.parse(form), How.valueOf(how.toUpperCase(Locale.ROOT)), named.batch());
    }

    /** {@return the weights: in [-1, 1), exactly so many of them zero, at random places} */
    Tensor weight() {
        float[] w = Values.uniform(layer.weight().size(), -1, 1, 1);
        int zeros = Math.round(w.length * (float) form.sparsity());
        int[] order = shuffled(w.length);
        for (int i = 0; i < zeros; i++) {
            w[order[i]] = 0;
        }
        return Tensor.of(layer.weight(), w);
    }

    private static int[] shuffled(int n) {
        int[] order = new int[n];
        Arrays.setAll(order, i -> i);
        SplittableRandom random = new SplittableRandom(6);
        for (int i = n - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        return order;
    }

    /** {@return products that an output is the sum of, zeros among them} */
    public int terms() {
        return layer.weight().size() / layer.out();
    }

    /** {@return outputs of a channel, of all images} */
    public int positions() {
        return batch * layer.outSize() * layer.outSize();
    }

    @Override
    public String benchmark() {
        return "layer " + form + (how == How.KERNEL ? "" : ", " + how);
    }

    @Override
    public String shape() {
        return layer.name() + " batch " + batch + " (" + layer.geometry() + ")";
    }

    /** Those with zeros, where zeros are multiplied; none in integers. */
    @Override
    public double flops() {
        double all = 2.0 * positions() * layer.weight().size();
        return switch (form.format()) {
            case DENSE -> all;
            case CSR, AUTO -> all * (1 - form.sparsity());
            case INT8, CSR_INT8 -> 0;
        };
    }

    /** As if there were no zeros. */
    @Override
    public double items() {
        return 2.0 * positions() * layer.weight().size() / 1e9;
    }

    @Override
    public String unit() {
        return "GFLOP/s dense";
    }
}
