package espalier.bench.study;

import espalier.engine.UserError;

/**
 * One of several parts that a study's networks are dealt out to, by their digests: whoever runs it, and whenever, a part is
 * the same.
 *
 * @param number from 1
 * @param of how many there are
 */
public record Shard(int number, int of) {
    /** All there is. */
    public static final Shard WHOLE = new Shard(1, 1);

    public Shard {
        if (of < 1 || number < 1 || number > of) {
            throw new UserError("shard " + number + "/" + of + " is none: it must be one of 1/" + of + " to " + of + "/" + of);
        }
    }

    /** {@return the shard that {@code 2/8} means} */
    public static Shard parse(String text) {
        String[] parts = text.split("/", -1);
        try {
            if (parts.length == 2) {
                return new Shard(Integer.parseInt(parts[0].strip()), Integer.parseInt(parts[1].strip()));
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw new UserError("'" + text + "' is not a shard such as 2/8");
    }

    boolean whole() {
        return of == 1;
    }

    /** {@return whether what is known about this network is found out here} */
    boolean has(Cell.Network network) {
        return Long.remainderUnsigned(Long.parseUnsignedLong(network.digest(), 16), of) == number - 1;
    }
}
