package espalier.datasets;

import espalier.engine.UserError;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/**
 * The content of an IDX file of unsigned bytes, the format of MNIST: two zero bytes, the type (8), the rank, the
 * dimensions as big-endian int32, the elements.
 *
 * @param dims the dimensions, outermost first
 * @param data the elements, row-major
 */
record Idx(int[] dims, byte[] data) {
    private static final int UNSIGNED_BYTE = 8;

    /**
     * {@return the content of a file, plain, or compressed where its name ends in {@code .gz}}
     *
     * @param inner the expected dimensions after the first: {@code 28, 28} for images, none for labels
     * @throws UserError when it is not such a file, truncated, damaged, or too long
     */
    static Idx read(Path file, int... inner) {
        boolean compressed = file.getFileName().toString().endsWith(".gz");
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                InputStream in = compressed ? new GZIPInputStream(raw, 1 << 16) : raw) {
            int rank = inner.length + 1;
            int magic = ints(in, 1)[0];
            if (magic != (UNSIGNED_BYTE << 8 | rank)) {
                throw DataFile.bad(file, "is no IDX file of " + expected(inner) + ": it starts with 0x%08x, expected 0x%08x"
                        .formatted(magic, UNSIGNED_BYTE << 8 | rank));
            }
            int[] dims = ints(in, rank);
            if (dims[0] < 1 || !Arrays.equals(dims, 1, rank, inner, 0, inner.length)) {
                throw DataFile.bad(file, "says it holds " + text(dims) + ", expected " + expected(inner));
            }
            long length = dims[0];
            for (int d : inner) {
                length *= d;
            }
            checkLength(file, compressed, 4 + 4L * rank + length, dims);
            // Grows with what is really there: a compressed file does not tell its true length beforehand.
            byte[] data = in.readNBytes((int) length);
            if (data.length < length) {
                throw DataFile.bad(file, "ends after " + data.length + " of the " + length + " bytes (" + text(dims)
                        + ") that its header announces");
            }
            if (in.read() >= 0) {
                throw DataFile.bad(file, "goes on after the " + text(dims) + " bytes that its header announces");
            }
            return new Idx(dims, data);
        } catch (IOException e) {
            throw DataFile.unreadable(file, e);
        }
    }

    private static int[] ints(InputStream in, int n) throws IOException {
        byte[] bytes = new byte[4 * n];
        DataFile.readFully(in, bytes, 0, bytes.length);
        int[] result = new int[n];
        ByteBuffer.wrap(bytes).asIntBuffer().get(result);
        return result;
    }

    private static void checkLength(Path file, boolean compressed, long announced, int[] dims) throws IOException {
        long actual = Files.size(file);
        if (announced > Integer.MAX_VALUE - 8 || !compressed && announced != actual) {
            throw DataFile.bad(file, "its header announces " + text(dims) + ", that is " + announced
                    + " bytes, but it has " + actual);
        }
    }

    private static String text(int[] dims) {
        return Arrays.stream(dims).mapToObj(String::valueOf).collect(Collectors.joining("×"));
    }

    private static String expected(int[] inner) {
        return inner.length == 0 ? "labels" : "images of " + text(inner) + " bytes";
    }
}
