package espalier.engine.kernel;

import java.util.Set;

/**
 * The loops on primitive arrays that everything else is built on, in one implementation: scalar, or vectors of one width.
 *
 * <p>Kernels know neither tensors nor tapes, allocate nothing and start no thread. Which implementation is in force is decided
 * once, at start, by the system property {@code espalier.simd}: {@code auto} (the default: the widest the processor has),
 * {@code 512}, {@code 256}, {@code 128} bits, or {@code off}.
 */
public interface Kernels {
    /** {@return what is printed of this implementation: {@code scalar}, {@code vector-512}} */
    String name();

    /** {@return floats in a vector; 1 for scalar} */
    int lanes();

    /** {@return loops over one or more arrays of the same length} */
    ElementwiseKernels elementwise();

    /** {@return the innermost loops of matrix multiplication and convolution} */
    GemmKernels gemm();

    /** {@return the loops of batch normalization} */
    NormKernels norm();

    /** {@return pooling} */
    PoolKernels pool();

    /** {@return softmax and cross-entropy} */
    SoftmaxKernels softmax();

    /** {@return integer loops of quantized models} */
    Int8Kernels int8();

    /** {@return products with sparse weights} */
    SparseKernels sparse();

    /** {@return the steps of optimizers and attacks} */
    UpdateKernels update();

    /** {@return the implementation in force} */
    static Kernels active() {
        return KernelChoice.ACTIVE;
    }

    /** {@return the plain Java loops, which every other implementation is tested against} */
    static Kernels scalar() {
        return ScalarKernels.INSTANCE;
    }

    /** The values that {@code -Despalier.simd} may have. */
    Set<String> WIDTHS = Set.of("off", "128", "256", "512", "auto");
}
