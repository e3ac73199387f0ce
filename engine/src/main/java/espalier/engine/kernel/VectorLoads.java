package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;

import jdk.incubator.vector.FloatVector;

/** The loop of {@link LoadPeak} on vectors; as many sums as an addition takes cycles, and more. */
final class VectorLoads {
    private VectorLoads() {}

    static float run(float[] x, int at, int n, int times) {
        FloatVector a0 = FloatVector.zero(F);
        FloatVector a1 = FloatVector.zero(F);
        FloatVector a2 = FloatVector.zero(F);
        FloatVector a3 = FloatVector.zero(F);
        FloatVector a4 = FloatVector.zero(F);
        FloatVector a5 = FloatVector.zero(F);
        FloatVector a6 = FloatVector.zero(F);
        FloatVector a7 = FloatVector.zero(F);
        FloatVector a8 = FloatVector.zero(F);
        FloatVector a9 = FloatVector.zero(F);
        FloatVector a10 = FloatVector.zero(F);
        FloatVector a11 = FloatVector.zero(F);
        FloatVector a12 = FloatVector.zero(F);
        FloatVector a13 = FloatVector.zero(F);
        FloatVector a14 = FloatVector.zero(F);
        FloatVector a15 = FloatVector.zero(F);
        for (int t = 0; t < times; t++) {
            for (int i = at; i < at + n; i += 16 * N) {
                a0 = a0.add(FloatVector.fromArray(F, x, i));
                a1 = a1.add(FloatVector.fromArray(F, x, i + N));
                a2 = a2.add(FloatVector.fromArray(F, x, i + 2 * N));
                a3 = a3.add(FloatVector.fromArray(F, x, i + 3 * N));
                a4 = a4.add(FloatVector.fromArray(F, x, i + 4 * N));
                a5 = a5.add(FloatVector.fromArray(F, x, i + 5 * N));
                a6 = a6.add(FloatVector.fromArray(F, x, i + 6 * N));
                a7 = a7.add(FloatVector.fromArray(F, x, i + 7 * N));
                a8 = a8.add(FloatVector.fromArray(F, x, i + 8 * N));
                a9 = a9.add(FloatVector.fromArray(F, x, i + 9 * N));
                a10 = a10.add(FloatVector.fromArray(F, x, i + 10 * N));
                a11 = a11.add(FloatVector.fromArray(F, x, i + 11 * N));
                a12 = a12.add(FloatVector.fromArray(F, x, i + 12 * N));
                a13 = a13.add(FloatVector.fromArray(F, x, i + 13 * N));
                a14 = a14.add(FloatVector.fromArray(F, x, i + 14 * N));
                a15 = a15.add(FloatVector.fromArray(F, x, i + 15 * N));
            }
        }
        a0 = a0.add(a1).add(a2).add(a3).add(a4).add(a5).add(a6).add(a7);
        a8 = a8.add(a9).add(a10).add(a11).add(a12).add(a13).add(a14).add(a15);
        return Lanes.sum(a0.add(a8));
    }
}
