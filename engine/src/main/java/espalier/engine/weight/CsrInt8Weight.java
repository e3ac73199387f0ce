package espalier.engine.weight;

import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;

/**
 * The non-zeros of an {@link Int8Weight} in compressed rows: {@code w[o, columns[j]] = values[j] · scales[o]}.
 *
 * @param shape [O, …], output channels first; a row has at most 65,536 numbers
 * @param starts [O + 1]: the non-zeros of row o are {@code starts[o]} to {@code starts[o + 1]}
 * @param columns of the non-zeros, growing within a row
 * @param values in −127..127
 * @param scales [O]
 */
public record CsrInt8Weight(Shape shape, int[] starts, char[] columns, byte[] values, float[] scales) implements Weight {
    public CsrInt8Weight {
        Csr.check(shape, starts, columns, values.length);
        Int8Weight.checkScales(shape, scales);
    }

    /** {@return the same weight without its zeros} */
    public static CsrInt8Weight of(Int8Weight weight) {
        int rows = weight.shape().dim(0);
        int width = Csr.columns(weight.shape());
        int count = Math.toIntExact(weight.nonzeros());
        int[] starts = new int[rows + 1];
        char[] columns = new char[count];
        byte[] values = new byte[count];
        int at = 0;
        for (int o = 0; o < rows; o++) {
            for (int k = 0; k < width; k++) {
                byte w = weight.values()[o * width + k];
                if (w != 0) {
                    columns[at] = (char) k;
                    values[at++] = w;
                }
            }
            starts[o + 1] = at;
        }
        return new CsrInt8Weight(weight.shape(), starts, columns, values, weight.scales());
    }

    /** {@return the same weight with its zeros} */
    public Int8Weight toInt8() {
        byte[] all = new byte[shape.size()];
        int width = Csr.columns(shape);
        for (int o = 0; o + 1 < starts.length; o++) {
            for (int j = starts[o]; j < starts[o + 1]; j++) {
                all[o * width + columns[j]] = values[j];
            }
        }
        return new Int8Weight(shape, all, scales);
    }

    @Override
    public long nonzeros() {
        return values.length;
    }

    @Override
    public long bytes() {
        return 4L * starts.length + 3L * columns.length + 4L * scales.length;
    }

    @Override
    public Tensor dense() {
        return toInt8().dense();
    }
}
