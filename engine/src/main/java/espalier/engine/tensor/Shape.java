package espalier.engine.tensor;

import java.util.Arrays;

/** The extent of a tensor along each of its dimensions, outermost first: {@code [N,C,H,W]}. Immutable. */
public final class Shape {
    private final int[] dims;
    private final int size;

    private Shape(int[] dims) {
        long size = 1;
        for (int d : dims) {
            if (d < 0) {
                throw new IllegalArgumentException("shape " + text(dims) + ": a dimension is negative");
            }
            size *= d;
            if (size > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException("shape " + text(dims) + ": more elements than an array can hold");
            }
        }
        this.dims = dims;
        this.size = (int) size;
    }

    /** {@return the shape with these dimensions; none at all is a scalar of one element} */
    public static Shape of(int... dims) {
        return new Shape(dims.clone());
    }

    /** {@return the number of dimensions} */
    public int rank() {
        return dims.length;
    }

    /** {@return the extent of dimension {@code i}; negative {@code i} counts from the last} */
    public int dim(int i) {
        return dims[i < 0 ? i + dims.length : i];
    }

    /** {@return the number of elements} */
    public int size() {
        return size;
    }

    /** {@return a copy of the dimensions} */
    public int[] dims() {
        return dims.clone();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** {@return the shape as error messages print it: {@code [8,784]}} */
    @Override
    public String toString() {
        return text(dims);
    }

    private static String text(int[] dims) {
        return Arrays.toString(dims).replace(" ", "");
    }
}
