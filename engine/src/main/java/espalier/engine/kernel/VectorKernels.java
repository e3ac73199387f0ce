package espalier.engine.kernel;

/** Kernels on {@code jdk.incubator.vector}, of the width in {@link Lanes}. */
final class VectorKernels implements Kernels {
    private final ElementwiseKernels elementwise = new VectorElementwise();
    private final GemmKernels gemm = new VectorGemm();
    private final NormKernels norm = new VectorNorm();
    private final PoolKernels pool = new VectorPool();
    private final SoftmaxKernels softmax = new ScalarSoftmax();
    private final UpdateKernels update = new VectorUpdate();
    private final Int8Kernels int8 = new VectorInt8();
    private final SparseKernels sparse = new VectorSparse();

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

    @Override
    public NormKernels norm() {
        return norm;
    }

    @Override
    public PoolKernels pool() {
        return pool;
    }

    @Override
    public SoftmaxKernels softmax() {
        return softmax;
    }

    @Override
    public UpdateKernels update() {
        return update;
    }

    @Override
    public Int8Kernels int8() {
        return int8;
    }

    @Override
    public SparseKernels sparse() {
        return sparse;
    }
}
