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
                a0 = FloatVector.fromArray(F, x, i).add(a0);
                a1 = FloatVector.fromArray(F, x, i + N).add(a1);
                a2 = FloatVector.fromArray(F, x, i + 2 * N).add(a2);
                a3 = FloatVector.fromArray(F, x, i + 3 * N).add(a3);
                a4 = FloatVector.fromArray(F, x, i + 4 * N).add(a4);
                a5 = FloatVector.fromArray(F, x, i + 5 * N).add(a5);
                a6 = FloatVector.fromArray(F, x, i + 6 * N).add(a6);
                a7 = FloatVector.fromArray(F, x, i + 7 * N).add(a7);
                a8 = FloatVector.fromArray(F, x, i + 8 * N).add(a8);
                a9 = FloatVector.fromArray(F, x, i + 9 * N).add(a9);
                a10 = FloatVector.fromArray(F, x, i + 10 * N).add(a10);
                a11 = FloatVector.fromArray(F, x, i + 11 * N).add(a11);
                a12 = FloatVector.fromArray(F, x, i + 12 * N).add(a12);
                a13 = FloatVector.fromArray(F, x, i + 13 * N).add(a13);
                a14 = FloatVector.fromArray(F, x, i + 14 * N).add(a14);
                a15 = FloatVector.fromArray(F, x, i + 15 * N).add(a15);
            }
        }
        a0 = a0.add(a1).add(a2).add(a3).add(a4).add(a5).add(a6).add(a7);
        a8 = a8.add(a9).add(a10).add(a11).add(a12).add(a13).add(a14).add(a15);
        return Lanes.sum(a0.add(a8));
    }
}
