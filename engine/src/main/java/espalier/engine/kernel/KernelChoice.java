package espalier.engine.kernel;

import java.lang.System.Logger.Level;

/** Decides once which kernels are in force. */
final class KernelChoice {
    static final Kernels ACTIVE = choose(System.getProperty("espalier.simd", "auto"));

    private KernelChoice() {}

    private static Kernels choose(String simd) {
        if (!Kernels.WIDTHS.contains(simd)) {
            throw new IllegalArgumentException("-Despalier.simd=" + simd + ": use auto, 512, 256, 128 or off");
        }
        if (simd.equals("off")) {
            return ScalarKernels.INSTANCE;
        }
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            System.getLogger("espalier").log(Level.WARNING,
                    "the module jdk.incubator.vector is not there: scalar kernels, many times slower; "
                            + "start java with --add-modules jdk.incubator.vector");
            return ScalarKernels.INSTANCE;
        }
        // Behind a method call, so that the class that needs the module is linked only where the module is.
        return VectorProvider.create();
    }

    private static final class VectorProvider {
        static Kernels create() {
            return new VectorKernels();
        }
    }
}
