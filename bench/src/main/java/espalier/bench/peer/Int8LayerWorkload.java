package espalier.bench.peer;

import espalier.compress.lower.Format;
import espalier.compress.lower.LoweredModel;
import espalier.engine.kernel.Kernels;
import espalier.engine.quant.Int8Conv2d;
import espalier.engine.quant.Int8Scratch;
import espalier.engine.quant.QuantParams;
import espalier.engine.weight.CsrInt8Weight;
import espalier.engine.weight.Int8Weight;

/** A layer in integers, on groups of images as large as a lowered network's. */
final class Int8LayerWorkload implements Workload {
    private final LayerTask task;
    private final int n;
    private final Int8Conv2d conv;
    private final int most;
    private final Int8Scratch scratch = new Int8Scratch();
    private byte[][] x;
    private byte[][] y;

    Int8LayerWorkload(LayerTask task) {
        this.task = task;
        ConvLayer l = task.layer();
        most = (1 << task.form().bits()) - 1;
        int group = LoweredModel.int8Group(Math.max(l.input(1).size(), l.output(1).size()));
        n = l.size() == 1 ? task.batch() : Math.min(task.batch(), group);
        QuantParams activations = new QuantParams(0.02f, 0, 0, most);
        Int8Weight weight = Int8Weight.of(task.weight());
        conv = new Int8Conv2d(Kernels.active(), LayerWorkload.shape(l), l.groups(),
                task.form().format() == Format.CSR_INT8 ? CsrInt8Weight.of(weight) : weight,
                new int[l.out()], activations, activations, 0, most);
    }

    @Override
    public void fresh() {
        int groups = Math.ceilDiv(task.batch(), n);
        x = new byte[groups][task.layer().input(n).size()];
        y = new byte[groups][task.layer().output(n).size()];
        for (byte[] group : x) {
            float[] values = Values.uniform(group.length, 0, most + 1f, 2);
            for (int i = 0; i < group.length; i++) {
                group[i] = (byte) (int) values[i];
            }
        }
    }

    @Override
    public void run() {
        for (int g = 0; g < x.length; g++) {
            conv.run(x[g], n, y[g], scratch);
        }
    }

    @Override
    public float[] result() {
        float[] result = new float[y.length * y[0].length];
        for (int i = 0; i < result.length; i++) {
            result[i] = y[i / y[0].length][i % y[0].length] & 0xFF;
        }
        return result;
    }
}
