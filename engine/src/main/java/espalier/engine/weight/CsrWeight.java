package espalier.engine.weight;

import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;

/**
 * A weight of which only the non-zeros are kept, in compressed rows: row o is output channel o.
 *
 * @param shape [O, …], output channels first; a row has at most 65,536 numbers
 * @param starts [O + 1]: the non-zeros of row o are {@code starts[o]} to {@code starts[o + 1]}
 * @param columns of the non-zeros, growing within a row
 * @param values the non-zeros
 */
public record CsrWeight(Shape shape, int[] starts, char[] columns, float[] values) implements Weight {
    public CsrWeight {
        Csr.check(shape, starts, columns, values.length);
    }

    /** {@return whether a weight of this shape can be kept in compressed rows} */
    public static boolean fits(Shape shape) {
        return Csr.fits(shape);
    }

    /** {@return the non-zeros of {@code weight}} */
    public static CsrWeight of(Tensor weight) {
        int rows = weight.shape().dim(0);
        int width = Csr.columns(weight.shape());
        int count = Math.toIntExact(new DenseWeight(weight).nonzeros());
        int[] starts = new int[rows + 1];
        char[] columns = new char[count];
        float[] values = new float[count];
        int at = 0;
        for (int o = 0; o < rows; o++) {
            for (int k = 0; k < width; k++) {
                float w = weight.data()[o * width + k];
                if (w != 0) {
                    columns[at] = (char) k;
                    values[at++] = w;
                }
            }
            starts[o + 1] = at;
        }
        return new CsrWeight(weight.shape(), starts, columns, values);
    }

    @Override
    public long nonzeros() {
        return values.length;
    }

    @Override
    public long bytes() {
        return 4L * starts.length + 2L * columns.length + 4L * values.length;
    }

    @Override
    public Tensor dense() {
        Tensor w = Tensor.zeros(shape);
        int width = Csr.columns(shape);
        for (int o = 0; o + 1 < starts.length; o++) {
            for (int j = starts[o]; j < starts[o + 1]; j++) {
                w.data()[o * width + columns[j]] = values[j];
            }
        }
        return w;
    }
}
