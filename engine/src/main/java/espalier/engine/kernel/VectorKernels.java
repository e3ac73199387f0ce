package espalier.engine.kernel;

/** Kernels on {@code jdk.incubator.vector}, of the width in {@link Lanes}. */
final class VectorKernels implements Kernels {
    private final ElementwiseKernels elementwise = new VectorElementwise();
    private final GemmKernels gemm = new VectorGemm();

    @Override
    public String name() {
        return "vector-" + Lanes.F.vectorBitSize();
    }

    @Override
    public int lanes() {
        return Lanes.N;
    }

    @Override
    public ElementwiseKernels elementwise() {
        return elementwise;
    }

    @Override
    public GemmKernels gemm() {
        return gemm;
    }
}
