package espalier.engine.weight;

import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;

/** A frozen weight in the form in which it is executed. It exists only in lowered models. */
public sealed interface Weight permits DenseWeight, CsrWeight, Int8Weight, CsrInt8Weight {
    /** {@return [O, …], output channels first} */
    Shape shape();

    /** {@return how many of its numbers are not 0} */
    long nonzeros();

    /** {@return bytes of all its arrays: what it takes in memory and in a file} */
    long bytes();

    /** {@return the numbers that it stands for} */
    Tensor dense();

    /** {@return the share of zeros, 0 to 1} */
    default double sparsity() {
        return shape().size() == 0 ? 0 : 1 - (double) nonzeros() / shape().size();
    }
}
