package espalier.datasets;

import java.util.Arrays;
import java.util.List;

/**
 * Writes digits by hand, as it were: a way of writing, a trembling pen, slant, size, place, a warped sheet, pressure, specks
 * and noise are drawn anew for each image. Not thread-safe.
 */
final class DigitPainter implements Generator.Painter {
    static final int SIDE = 28;
    /** Line segments per curve. */
    private static final int SEGMENTS = 8;

    private final float[] ink = new float[SIDE * SIDE];
    private final Warp warp = new Warp();

    @Override
    public void paint(int label, Rng rng, byte[] pixels, int offset) {
        Arrays.fill(ink, 0f);
        warp.draw(rng);
        List<DigitGlyphs.Path> variants = DigitGlyphs.variants(label);
        DigitGlyphs.Path path = variants.get(rng.below(variants.size()));
        float[] points = path.points().clone();
        for (int i = 0; i < points.length; i++) {
            points[i] += .028f * rng.normal();
        }
        float radius = rng.uniform(.75f, 1.75f);
        write(path.degrees(), points, radius, radius * rng.uniform(-.35f, .35f));
        clutter(rng);
        develop(rng, pixels, offset);
    }

    private void write(byte[] degrees, float[] points, float radius, float pressure) {
        float x = 0;
        float y = 0;
        int p = 0;
        for (int curve = 0; curve < degrees.length; curve++) {
            int degree = degrees[curve];
            if (degree == 0) {
                x = points[p];
                y = points[p + 1];
                p += 2;
                continue;
            }
            float fromX = x;
            float fromY = y;
            for (int s = 1; s <= SEGMENTS; s++) {
                float t = s / (float) SEGMENTS;
                float toX = bezier(degree, x, points, p, t);
                float toY = bezier(degree, y, points, p + 1, t);
                float along = (curve + t) / degrees.length;
                segment(warp.x(fromX, fromY), warp.y(fromX, fromY), warp.x(toX, toY), warp.y(toX, toY),
                        radius + pressure * (2f * along - 1f), 1f);
                fromX = toX;
                fromY = toY;
            }
            x = fromX;
            y = fromY;
            p += 2 * degree;
        }
    }

    /** {@return one coordinate of the curve from {@code start} over the control points at {@code p}, {@code p} + 2, ...} */
    private static float bezier(int degree, float start, float[] points, int p, float t) {
        float u = 1f - t;
        return switch (degree) {
            case 1 -> u * start + t * points[p];
            case 2 -> u * u * start + 2f * u * t * points[p] + t * t * points[p + 2];
            default -> u * u * u * start + 3f * u * u * t * points[p] + 3f * u * t * t * points[p + 2]
                    + t * t * t * points[p + 4];
        };
    }

    /** Short strokes near the border, fainter than the digit. */
    private void clutter(Rng rng) {
        for (int n = rng.below(4); n > 0; n--) {
            float x = rng.uniform(0, SIDE);
            float y = rng.uniform(0, SIDE);
            float length = rng.uniform(0, 4);
            float dx = rng.uniform(-1, 1) * length;
            float dy = rng.uniform(-1, 1) * length;
            segment(x, y, x + dx, y + dy, rng.uniform(.4f, 1f), rng.uniform(.25f, .75f));
        }
    }

    /** Draws a line with round ends: full ink up to {@code radius} from it, none from half a pixel further on. */
    private void segment(float x0, float y0, float x1, float y1, float radius, float strength) {
        float reach = radius + .5f;
        int left = Math.max(0, (int) (Math.min(x0, x1) - reach));
        int right = Math.min(SIDE - 1, (int) (Math.max(x0, x1) + reach));
        int top = Math.max(0, (int) (Math.min(y0, y1) - reach));
        int bottom = Math.min(SIDE - 1, (int) (Math.max(y0, y1) + reach));
        float dx = x1 - x0;
        float dy = y1 - y0;
        float scale = 1f / Math.max(dx * dx + dy * dy, 1e-6f);
        for (int row = top; row <= bottom; row++) {
            float py = row + .5f - y0;
            for (int column = left; column <= right; column++) {
                float px = column + .5f - x0;
                float t = Math.clamp((px * dx + py * dy) * scale, 0f, 1f);
                float ex = px - t * dx;
                float ey = py - t * dy;
                float cover = Math.clamp(reach - (float) Math.sqrt(ex * ex + ey * ey), 0f, 1f) * strength;
                int i = row * SIDE + column;
                ink[i] = Math.max(ink[i], cover);
            }
        }
    }

    private void develop(Rng rng, byte[] pixels, int offset) {
        float strength = rng.uniform(.6f, 1f);
        float paper = rng.uniform(0f, .12f);
        float grain = rng.uniform(.01f, .1f);
        for (int i = 0; i < ink.length; i++) {
            float value = paper + (strength - paper) * ink[i] + grain * rng.normal();
            pixels[offset + i] = (byte) (Math.clamp(value, 0f, 1f) * 255f + .5f);
        }
    }

    /** From the glyph's unit square to pixels: slant, rotation, size and place, then a smooth random displacement. */
    private static final class Warp {
        private static final int KNOTS = 4;
        private final float[] shiftX = new float[KNOTS * KNOTS];
        private final float[] shiftY = new float[KNOTS * KNOTS];
        private float xx;
        private float xy;
        private float yx;
        private float yy;
        private float centerX;
        private float centerY;

        void draw(Rng rng) {
            double angle = rng.uniform(-.24f, .24f);
            float cos = (float) StrictMath.cos(angle);
            float sin = (float) StrictMath.sin(angle);
            float width = SIDE * rng.uniform(.5f, .78f);
            float height = SIDE * rng.uniform(.56f, .76f);
            float slant = rng.uniform(-.35f, .35f);
            xx = cos * width;
            xy = -sin * height + cos * slant * height;
            yx = sin * width;
            yy = cos * height + sin * slant * height;
            centerX = SIDE / 2f + rng.uniform(-2.7f, 2.7f);
            centerY = SIDE / 2f + rng.uniform(-2.3f, 2.3f);
            for (int i = 0; i < shiftX.length; i++) {
                shiftX[i] = .75f * rng.normal();
                shiftY[i] = .75f * rng.normal();
            }
        }

        float x(float u, float v) {
            return centerX + xx * (u - .5f) + xy * (v - .5f) + shift(shiftX, u, v);
        }

        float y(float u, float v) {
            return centerY + yx * (u - .5f) + yy * (v - .5f) + shift(shiftY, u, v);
        }

        private static float shift(float[] knots, float u, float v) {
            float a = Math.clamp(u, 0f, .999f) * (KNOTS - 1);
            float b = Math.clamp(v, 0f, .999f) * (KNOTS - 1);
            int i = (int) a;
            int j = (int) b;
            float s = smooth(a - i);
            float t = smooth(b - j);
            int k = j * KNOTS + i;
            float upper = knots[k] + s * (knots[k + 1] - knots[k]);
            float lower = knots[k + KNOTS] + s * (knots[k + KNOTS + 1] - knots[k + KNOTS]);
            return upper + t * (lower - upper);
        }

        private static float smooth(float t) {
            return t * t * (3f - 2f * t);
        }
    }
}
