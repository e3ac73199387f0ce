package espalier.bench.cliffs;

/** A start of the JVM that stays alive and measures what it is asked for. */
interface Asked extends AutoCloseable {
    /** {@return one pass of a kernel} */
    Start ask(String kernel);

    /** Gives back memory that it does not need while others are asked. */
    void rest();

    @Override
    void close();
}
