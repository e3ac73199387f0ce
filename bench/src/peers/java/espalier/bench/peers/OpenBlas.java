package espalier.bench.peers;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import espalier.bench.peer.GemmTask;
import espalier.bench.peer.Peer;
import espalier.bench.peer.Task;
import espalier.bench.peer.Workload;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.presets.openblas_nolapack;

/** OpenBLAS by bytedeco, on native arrays, so that no copying is timed. */
public final class OpenBlas implements Peer {
    private static final String CORE_TYPE = "OPENBLAS_CORETYPE";

    /** Loads the library at first use. */
    private static final class Library {
        static final String CORE;

        static {
            // The environment may force the kernels of another processor, which halves the speed: let OpenBLAS look itself.
            Linker.nativeLinker().defaultLookup().find("unsetenv").ifPresent(Library::unsetCoreType);
            Loader.load(org.bytedeco.openblas.global.openblas_nolapack.class);
            CORE = SymbolLookup.loaderLookup().find("openblas_get_corename").map(Library::string).orElse("unknown");
        }

        private static void unsetCoreType(MemorySegment unsetenv) {
            try (Arena arena = Arena.ofConfined()) {
                int _ = (int) Linker.nativeLinker()
                        .downcallHandle(unsetenv, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS))
                        .invokeExact(arena.allocateFrom(CORE_TYPE));
            } catch (Throwable e) {
                throw new IllegalStateException("unsetenv " + CORE_TYPE, e);
            }
        }

        private static String string(MemorySegment function) {
            try {
                MemorySegment s = (MemorySegment) Linker.nativeLinker()
                        .downcallHandle(function, FunctionDescriptor.of(ValueLayout.ADDRESS)).invokeExact();
                return s.reinterpret(256).getString(0);
            } catch (Throwable e) {
                throw new IllegalStateException("openblas_get_corename", e);
            }
        }
    }

    @Override
    public String name() {
        return "openblas";
    }

    @Override
    public String about() {
        return "OpenBLAS 0.3.31 (bytedeco), kernels for " + Library.CORE;
    }

    @Override
    public boolean compiled() {
        return true;
    }

    @Override
    public boolean supports(Task task, int threads) {
        return task instanceof GemmTask;
    }

    @Override
    public Workload prepare(Task task, int threads) {
        if (Library.CORE.isEmpty()) {
            throw new IllegalStateException("OpenBLAS does not tell its kernels");
        }
        openblas_nolapack.blas_set_num_threads(threads);
        return new Multiplication((GemmTask) task);
    }

    private static final class Multiplication implements Workload {
        private final GemmTask task;
        private final float[] result;
        private FloatPointer a;
        private FloatPointer b;
        private FloatPointer c;

        Multiplication(GemmTask task) {
            this.task = task;
            result = new float[task.m() * task.n()];
        }

        @Override
        public void fresh() {
            close();
            a = new FloatPointer(task.a());
            b = new FloatPointer(task.b());
            c = new FloatPointer(result.length);
        }

        @Override
        public void run() {
            cblas_sgemm(CblasRowMajor, task.transA() ? CblasTrans : CblasNoTrans, task.transB() ? CblasTrans : CblasNoTrans,
                    task.m(), task.n(), task.k(), 1f, a, task.transA() ? task.m() : task.k(),
                    b, task.transB() ? task.k() : task.n(), 0f, c, task.n());
        }

        @Override
        public float[] result() {
            c.get(result);
            return result;
        }

        @Override
        public void close() {
            if (a != null) {
                a.close();
                b.close();
                c.close();
            }
        }
    }
}
