package espalier.bench.peer;

/**
 * Somebody who can do our tasks: we ourselves, or a library that we compare with.
 *
 * <p>Others are found as services. Those that need a library of their own are built by the Maven profile {@code peers} only.
 */
public interface Peer {
    /** {@return a short name, such as {@code openblas}} */
    String name();

    /** {@return one line: the version, and what it chose for this machine} */
    String about();

    /** {@return whether its code is machine code from the start, so that its first second tells what the others do} */
    default boolean compiled() {
        return false;
    }

    /** {@return whether it can do {@code task} with so many threads} */
    boolean supports(Task task, int threads);

    /** {@return the task made ready; {@link Workload#fresh} comes before the first run} */
    Workload prepare(Task task, int threads);
}
