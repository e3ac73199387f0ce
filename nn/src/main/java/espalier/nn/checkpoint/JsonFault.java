package espalier.nn.checkpoint;

import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;

/** What is wrong with a JSON text, in one line for people. */
public final class JsonFault {
    /** Where it is, which Jackson appends with the text itself left out. */
    private static final Pattern PLACE = Pattern.compile("\\s*\\([^()]*\\[Source: .*?]\\)|\\s*at \\[Source: .*?]");

    private JsonFault() {}

    /** {@return the first line of what {@code e} says, without the place in the text} */
    public static String of(JacksonException e) {
        String line = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("unreadable");
        return PLACE.matcher(line).replaceAll("").strip();
    }
}
