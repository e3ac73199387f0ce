package espalier.datasets;

import java.nio.file.Path;

/** The folder that holds the data sets' folders ({@code mnist/}, {@code cifar-10-batches-bin/}, ...). */
public final class DataRoot {
    private DataRoot() {}

    /** {@return {@code flag} where it is given, else the variable {@code ESPALIER_DATA}, else {@code ~/.espalier/data}} */
    public static Path resolve(Path flag) {
        return resolve(flag, System.getenv("ESPALIER_DATA"), System.getProperty("user.home"));
    }

    static Path resolve(Path flag, String variable, String home) {
        if (flag != null) {
            return flag;
        }
        return variable != null && !variable.isBlank() ? Path.of(variable) : Path.of(home, ".espalier", "data");
    }
}
