package espalier.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vector shape in force. The species are static final, or C2 does not compile vector code at all. */
final class Lanes {
    static final VectorSpecies<Float> F = choose(System.getProperty("espalier.simd", "auto"));
    static final VectorSpecies<Integer> I = F.withLanes(int.class);
    static final int N = F.length();

    private Lanes() {}

    private static VectorSpecies<Float> choose(String simd) {
        return simd.equals("auto")
                ? FloatVector.SPECIES_PREFERRED
                : VectorSpecies.of(float.class, VectorShape.forBitSize(Integer.parseInt(simd)));
    }
}
