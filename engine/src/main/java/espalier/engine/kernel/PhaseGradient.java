package espalier.engine.kernel;

import java.util.List;

/**
 * The gradient of a convolution by its input: a convolution of the output gradient with the weights turned round, for each of the
 * stride² phases of the input's grid, so that no multiplication by an inserted zero is done. Layouts are those of {@link
 * Convolution}.
 */
final class PhaseGradient {
    private final GemmKernels gemm;
    private final ConvShape shape;
    private final int groups;
    private final List<Phase> phases;
    private final List<PatchProduct> phaseProducts;
    private final int images;
    private final boolean unpadded;

    PhaseGradient(GemmKernels gemm, ConvShape shape, int groups) {
        this.gemm = gemm;
        this.shape = shape;
        this.groups = groups;
        phases = Phase.of(shape, groups);
        phaseProducts = phases.stream().map(Phase::patches)
                .map(p -> new PatchProduct(gemm, p, shape.c(), p.positions())).toList();
        images = phaseProducts.stream().mapToInt(PatchProduct::images).min().orElse(1);
        unpadded = phaseProducts.stream().allMatch(p -> p.unpadded(shape.oh(), shape.ow()));
    }

    /** {@return the most images that one call of {@link #compute} takes} */
    int images() {
        return images;
    }

    /** {@return floats that {@link #pack} writes} */
    int packedSize() {
        return phaseProducts.stream().mapToInt(PatchProduct::packedSize).sum() * groups;
    }

    /** For each phase the taps that reach it, input channels as rows. */
    void pack(float[] weight, float[] packed) {
        int size = shape.kh() * shape.kw();
        int at = 0;
        for (int g = 0; g < groups; g++) {
            for (int i = 0; i < phases.size(); i++) {
                int[] kernel = phases.get(i).kernel();
                TapProduct.packTurned(gemm, shape.c(), shape.o() * kernel.length, kernel, size,
                        weight, g * shape.o() * shape.c() * size, packed, at);
                at += phaseProducts.get(i).packedSize();
            }
        }
    }

    /** {@return the floats of scratch that {@link #compute} needs} */
    int scratch() {
        int largest = 0;
        for (int i = 0; i < phases.size(); i++) {
            Patches p = phases.get(i).patches();
            largest = Math.max(largest, p.size(images) + phaseProducts.get(i).scratch()
                    + (shape.stride() == 1 ? 0 : 2 * Patches.aligned(images * shape.c() * p.positions()) + gemm.lanes()));
        }
        return largest;
    }

    /** {@return whether the phases of even and odd columns are of one size, and rows of all channels as far apart as of one} */
    private boolean paired() {
        return shape.stride() == 2 && shape.h() % 2 == 0 && shape.w() % 2 == 0;
    }

    /** {@link Convolution#backwardInput}. */
    void compute(float[] packed, int count, float[] gy, int gyOffset, float[] gx, int gxOffset,
            float[] scratch, int scratchOffset) {
        Patches padded = phases.getFirst().patches();
        int inputStep = groups * shape.c() * shape.h() * shape.w();
        if (!unpadded) {
            padded.pad(gemm, count, gy, gyOffset, groups * shape.o() * shape.positions(), shape.oh(), shape.ow(),
                    scratch, scratchOffset);
        }
        float[] source = unpadded ? gy : scratch;
        int sourceAt = unpadded ? gyOffset : scratchOffset;
        int free = scratchOffset + padded.size(images);
        int plane = shape.h() * shape.w();
        int at = 0;
        for (int g = 0; g < groups; g++) {
            int from = sourceAt + g * shape.o() * padded.channel();
            int target = gxOffset + g * shape.c() * plane;
            for (int i = 0; i < phases.size(); i++) {
                PatchProduct p = phaseProducts.get(i);
                if (shape.stride() == 1) {
                    p.multiply(count, source, from, 0, shape.c(), packed, at, null, 0, 0, 0, gx, target, inputStep,
                            scratch, free);
                } else {
                    Patches positions = phases.get(i).patches();
                    int one = shape.c() * positions.positions();
                    int kept = Patches.aligned(count * one);
                    boolean second = paired() && i % 2 == 1;
                    p.multiply(count, source, from, 0, shape.c(), packed, at, null, 0, 0, 0, scratch, second ? free + kept : free,
                            one, scratch, free + 2 * kept);
                    for (int image = 0; image < count; image++) {
                        int phase = free + image * one;
                        int to = target + image * inputStep;
                        if (second) {
                            gemm.interleaveRows(shape.c() * positions.rows(), positions.columns(), scratch, phase, phase + kept,
                                    positions.columns(), gx, to + phases.get(i).a() * shape.w(), 2 * shape.w());
                        } else if (!paired()) {
                            interleave(phases.get(i), scratch, phase, gx, to);
                        }
                    }
                }
                at += p.packedSize();
            }
        }
    }

    private void interleave(Phase p, float[] from, int fromOffset, float[] gx, int gxOffset) {
        int at = fromOffset;
        for (int c = 0; c < shape.c(); c++) {
            for (int i = 0; i < p.patches().rows(); i++) {
                int to = gxOffset + (c * shape.h() + p.a() + i * shape.stride()) * shape.w() + p.b();
                for (int j = 0; j < p.patches().columns(); j++) {
                    gx[to + j * shape.stride()] = from[at++];
                }
            }
        }
    }
}
