package espalier.bench.peer;

import espalier.engine.UserError;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * {@code C = op(A)·op(B)}, row-major: op(A) [m,k], op(B) [k,n].
 *
 * @param transA whether A is stored [k,m]
 * @param transB whether B is stored [n,k]
 */
public record GemmTask(int m, int n, int k, boolean transA, boolean transB) implements Task {
    private static final Pattern SHAPE = Pattern.compile("(\\d+)x(\\d+)x(\\d+)(?: ([nt])([nt]))?");
    private static final int EDGE = 256;

    /** What {@code bench gemm} measures: squares, a size that no tile divides, the four transposes, layers, and skinny ones. */
    public static final List<String> SHAPES = List.of(
            "64x64x64", "128x128x128", "256x256x256", "512x512x512", "1024x1024x1024", "509x511x513",
            "512x512x512 nt", "512x512x512 tn", "512x512x512 tt",
            "128x10x64 nt", "128x512x784 nt", "128x4096x1024 nt",
            "1024x1024x16", "1024x16x1024", "16x1024x1024", "64x1024x576", "1x1024x1024", "1024x1x1024");

    /** {@return 1 to 64 columns: none may take longer than the next full tile} */
    public static List<String> edges() {
        return IntStream.rangeClosed(1, 64).mapToObj(n -> EDGE + "x" + n + "x" + EDGE).toList();
    }

    /** {@return the task of {@code MxNxK} or {@code MxNxK tn}; the letters say whether A and B are transposed} */
    public static GemmTask parse(String shape) {
        Matcher s = SHAPE.matcher(shape);
        if (!s.matches()) {
            throw new UserError("gemm: shape '" + shape + "' is not like 1024x1024x1024 or '512x512x512 tn'");
        }
        return new GemmTask(Integer.parseInt(s.group(1)), Integer.parseInt(s.group(2)), Integer.parseInt(s.group(3)),
                "t".equals(s.group(4)), "t".equals(s.group(5)));
    }

    /** {@return a new A, of m·k numbers} */
    public float[] a() {
        return Values.uniform(m * k, -1, 1, 1);
    }

    /** {@return a new B, of k·n numbers} */
    public float[] b() {
        return Values.uniform(k * n, -1, 1, 2);
    }

    @Override
    public String benchmark() {
        return "gemm";
    }

    @Override
    public String shape() {
        String letters = (transA ? "t" : "n") + (transB ? "t" : "n");
        return m + "x" + n + "x" + k + (letters.equals("nn") ? "" : " " + letters);
    }

    @Override
    public double flops() {
        return 2.0 * m * n * k;
    }

    @Override
    public double items() {
        return flops() / 1e9;
    }

    @Override
    public String unit() {
        return "GFLOP/s";
    }
}
