package espalier.engine;

/**
 * Something that the user can mend: one line that names the file, key or flag and says what to do. Shown without a stack
 * trace.
 */
public final class UserError extends RuntimeException {
    public UserError(String message) {
        super(message);
    }

    public UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
