package espalier.engine.kernel;

/** The reference and the fallback: plain Java loops. */
final class ScalarKernels implements Kernels {
    static final Kernels INSTANCE = new ScalarKernels();

    private final ElementwiseKernels elementwise = new ScalarElementwise();
    private final GemmKernels gemm = new ScalarGemm();
    private final NormKernels norm = new ScalarNorm();
    private final PoolKernels pool = new ScalarPool();
    private final SoftmaxKernels softmax = new ScalarSoftmax();
    private final UpdateKernels update = new ScalarUpdate();
    private final Int8Kernels int8 = new ScalarInt8();
    private final SparseKernels sparse = new ScalarSparse();

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public int lanes() {
        return 1;
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
