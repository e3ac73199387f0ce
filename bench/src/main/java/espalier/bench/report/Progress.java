package espalier.bench.report;

/** Where long work tells how far it has come. Everything goes to stderr: stdout is for results. */
public interface Progress {
    /** Tells a line. */
    void line(String text);

    /** {@return a new piece of work of so many steps; close it when done} */
    Phase phase(String name, long steps);

    /** A piece of work. */
    interface Phase extends AutoCloseable {
        /** Tells how many steps are done in all, and a few words such as the loss. */
        void at(long done, String words);

        /** Tells how many steps are done in all. */
        default void at(long done) {
            at(done, "");
        }

        @Override
        void close();
    }

    /** {@return a bar where {@code terminal}, else a line now and then} */
    static Progress to(java.io.PrintWriter err, boolean terminal) {
        return terminal ? new BarProgress(err) : new LogProgress(err);
    }
}
