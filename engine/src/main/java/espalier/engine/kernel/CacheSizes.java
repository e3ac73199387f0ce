package espalier.engine.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How large this machine's data caches are, where it tells: blocks of work are made to fit. No result depends on it. */
public final class CacheSizes {
    private static final Path CPU = Path.of("/sys/devices/system/cpu/cpu0/cache");
    /** Bytes, of a processor that does not tell: no usual one has less. */
    private static final int LEAST_L1 = 32 << 10;
    private static final int LEAST_L2 = 512 << 10;
    private static final int L1 = read(1, LEAST_L1);
    private static final int L2 = read(2, LEAST_L2);

    private CacheSizes() {}

    /** {@return bytes of a core's first data cache} */
    public static int l1() {
        return L1;
    }

    /** {@return bytes of a core's second cache} */
    public static int l2() {
        return L2;
    }

    private static int read(int level, int otherwise) {
        for (int i = 0; Files.isDirectory(CPU.resolve("index" + i)); i++) {
            Path cache = CPU.resolve("index" + i);
            try {
                if (line(cache, "level").equals(Integer.toString(level)) && !line(cache, "type").equals("Instruction")) {
                    return bytes(line(cache, "size"), otherwise);
                }
            } catch (IOException e) {
                return otherwise;
            }
        }
        return otherwise;
    }

    private static String line(Path folder, String file) throws IOException {
        return Files.readString(folder.resolve(file)).strip();
    }

    /** {@return the bytes that the kernel writes as {@code 48K}} */
    static int bytes(String size, int otherwise) {
        return size.matches("\\d{1,6}K") ? Integer.parseInt(size.substring(0, size.length() - 1)) << 10 : otherwise;
    }
}
