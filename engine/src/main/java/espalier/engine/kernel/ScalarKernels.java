package espalier.engine.kernel;

/** The reference and the fallback: plain Java loops. */
final class ScalarKernels implements Kernels {
    static final Kernels INSTANCE = new ScalarKernels();

    private final ElementwiseKernels elementwise = new ScalarElementwise();
    private final GemmKernels gemm = new ScalarGemm();

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
}
