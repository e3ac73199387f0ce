package espalier.bench.cli;

/** What we know of the terminal. Results go to stdout; progress and errors go to stderr. */
public final class Console {
    private Console() {}

    /** {@return whether stderr is a terminal, so that a progress bar makes sense} */
    public static boolean isTerminal() {
        String launcher = System.getProperty("espalier.terminal");
        return launcher != null ? Boolean.parseBoolean(launcher) : System.console() != null;
    }

    /** Wipes the one line that the JVM wrote about incubator modules, where the launcher left us a terminal. */
    public static void hideIncubatorWarning() {
        boolean ansi = !"dumb".equals(System.getenv("TERM")) && !System.getProperty("os.name").startsWith("Windows");
        if (ansi && Boolean.getBoolean("espalier.terminal")) {
            System.err.print("\033[1A\033[2K\r");
            System.err.flush();
        }
    }
}
