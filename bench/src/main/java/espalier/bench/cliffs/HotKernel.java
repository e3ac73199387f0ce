package espalier.bench.cliffs;

import java.util.Set;
import java.util.function.Supplier;

/**
 * A piece of code that must compile well in every start of the JVM.
 *
 * @param name what the tables call it
 * @param covers methods of the kernel interfaces that it spends its time in, {@code group.method}
 * @param allowedBytes what it may allocate in a call: nothing, if it is a kernel
 * @param prepare makes its arrays, and returns one call of it
 */
public record HotKernel(String name, Set<String> covers, long allowedBytes, Supplier<Runnable> prepare) {
    /** A kernel, which allocates nothing. */
    HotKernel(String name, Set<String> covers, Supplier<Runnable> prepare) {
        this(name, covers, 0, prepare);
    }
}
