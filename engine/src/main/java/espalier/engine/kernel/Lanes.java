package espalier.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector shape in force, one for all floats: see {@link VectorGemm} on what a second one costs. The species are static final,
 * or C2 does not compile vector code at all.
 *
 * <p>There is no short name for {@code FloatVector.fromArray(F, …)}: in a method of more than 18,000 nodes C2 inlines only what
 * the API marks so, and a helper's vector becomes an object.
 */
final class Lanes {
    static final VectorSpecies<Float> F = choose(System.getProperty("espalier.simd", "auto"));
    static final VectorSpecies<Integer> I = F.withLanes(int.class);
    static final int N = F.length();
    /** Vector registers: AVX2 has half of what AVX-512 and NEON have. */
    static final int REGISTERS = F.vectorBitSize() == 512 || System.getProperty("os.arch", "").equals("aarch64") ? 32 : 16;

    private static final VectorShuffle<Float> ROTATE_8 = rotation(8);
    private static final VectorShuffle<Float> ROTATE_4 = rotation(4);
    private static final VectorShuffle<Float> ROTATE_2 = rotation(2);
    private static final VectorShuffle<Float> ROTATE_1 = rotation(1);

    private Lanes() {}

    private static VectorSpecies<Float> choose(String simd) {
        return simd.equals("auto")
                ? FloatVector.SPECIES_PREFERRED
                : VectorSpecies.of(float.class, VectorShape.forBitSize(Integer.parseInt(simd)));
    }

    private static VectorShuffle<Float> rotation(int by) {
        return VectorShuffle.iota(F, by, 1, true);
    }

    /**
     * {@return the sum of the lanes, halves first}
     *
     * <p>Not {@code reduceLanes}: its order is unspecified, and differs between interpreted and compiled code.
     */
    static float sum(FloatVector v) {
        if (N > 8) {
            v = v.add(v.rearrange(ROTATE_8));
        }
        if (N > 4) {
            v = v.add(v.rearrange(ROTATE_4));
        }
        if (N > 2) {
            v = v.add(v.rearrange(ROTATE_2));
        }
        return v.add(v.rearrange(ROTATE_1)).lane(0);
    }
}
