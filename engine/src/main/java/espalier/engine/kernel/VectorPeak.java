package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;

import jdk.incubator.vector.FloatVector;

/** The loop of {@link FmaPeak} on vectors. */
final class VectorPeak {
    private VectorPeak() {}

    static float run(int iterations) {
        FloatVector half = FloatVector.broadcast(F, 0.5f);
        FloatVector one = FloatVector.broadcast(F, 1f);
        FloatVector a0 = FloatVector.broadcast(F, 0);
        FloatVector a1 = FloatVector.broadcast(F, 1);
        FloatVector a2 = FloatVector.broadcast(F, 2);
        FloatVector a3 = FloatVector.broadcast(F, 3);
        FloatVector a4 = FloatVector.broadcast(F, 4);
        FloatVector a5 = FloatVector.broadcast(F, 5);
        FloatVector a6 = FloatVector.broadcast(F, 6);
        FloatVector a7 = FloatVector.broadcast(F, 7);
        FloatVector a8 = FloatVector.broadcast(F, 8);
        FloatVector a9 = FloatVector.broadcast(F, 9);
        FloatVector a10 = FloatVector.broadcast(F, 10);
        FloatVector a11 = FloatVector.broadcast(F, 11);
        FloatVector a12 = FloatVector.broadcast(F, 12);
        FloatVector a13 = FloatVector.broadcast(F, 13);
        FloatVector a14 = FloatVector.broadcast(F, 14);
        FloatVector a15 = FloatVector.broadcast(F, 15);
        for (int i = 0; i < iterations; i++) {
            a0 = a0.fma(half, one);
            a1 = a1.fma(half, one);
            a2 = a2.fma(half, one);
            a3 = a3.fma(half, one);
            a4 = a4.fma(half, one);
            a5 = a5.fma(half, one);
            a6 = a6.fma(half, one);
            a7 = a7.fma(half, one);
            a8 = a8.fma(half, one);
            a9 = a9.fma(half, one);
            a10 = a10.fma(half, one);
            a11 = a11.fma(half, one);
            a12 = a12.fma(half, one);
            a13 = a13.fma(half, one);
            a14 = a14.fma(half, one);
            a15 = a15.fma(half, one);
        }
        a0 = a0.add(a1).add(a2).add(a3).add(a4).add(a5).add(a6).add(a7);
        a8 = a8.add(a9).add(a10).add(a11).add(a12).add(a13).add(a14).add(a15);
        return Lanes.sum(a0.add(a8));
    }
}
