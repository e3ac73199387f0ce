package espalier.bench.peer;

/** A piece of work of a fixed size, which we and others can be measured at. */
public sealed interface Task permits GemmTask, ConvTask, NetworkTask, LayerTask, LoweredTask, PeakTask, LoadTask,
        RungTask {
    /** {@return what is measured: {@code gemm}, {@code conv forward}, {@code training step}} */
    String benchmark();

    /** {@return the size, as the command line, the tables and JMH's parameter {@code shape} have it} */
    String shape();

    /** {@return multiplications and additions in one run} */
    double flops();

    /** {@return in one run, what {@link #unit} counts a second} */
    double items();

    /** {@return what the speed is told in: more is faster} */
    String unit();

    /** {@return in which form weights are executed; null where that is no question} */
    default WeightForm form() {
        return null;
    }

    /** {@return all multiplications over those whose weight is not zero; null where that is no question} */
    default Double theoreticalSpeedup() {
        return null;
    }

    /** {@return by how much results may differ, relative to the largest of them} */
    default double tolerance() {
        return 1e-3;
    }
}
