package espalier.bench;

import espalier.bench.cli.Cli;
import espalier.bench.cli.Console;

/** The program, on JDK 25; {@link espalier.launch.Launcher} starts it there. */
public final class Main {
    private Main() {}

    /** Runs the command line and exits with its code: 0, 1 for a failure, 2 for wrong usage. */
    public static void main(String[] args) {
        dieWithLauncher();
        // Figures are drawn into files: no window, and no icon in a dock.
        System.setProperty("java.awt.headless", "true");
        Console.hideIncubatorWarning();
        System.exit(Cli.run(args));
    }

    /** A launcher killed outright cannot end us; without it nobody would read our output, and our run folder stay locked. */
    private static void dieWithLauncher() {
        String parent = System.getProperty("espalier.parent");
        if (parent != null) {
            ProcessHandle.of(Long.parseLong(parent)).ifPresentOrElse(
                    launcher -> launcher.onExit().thenRun(() -> Runtime.getRuntime().halt(137)),
                    () -> Runtime.getRuntime().halt(137));
        }
    }
}
