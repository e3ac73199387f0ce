package espalier.datasets;

/** A pattern of two colours: {@link #mix} says how much of the second there is at a place. */
sealed interface ShapeTexture {
    /** {@return the share of the second colour at pixel (x, y), in [0, 1]} */
    float mix(float x, float y);

    /** From one colour to the other along a direction. */
    record Gradient(float dx, float dy) implements ShapeTexture {
        @Override
        public float mix(float x, float y) {
            return Math.clamp(.5f + (x - 16f) * dx + (y - 16f) * dy, 0f, 1f);
        }
    }

    /** Bands across a direction, (dx, dy) in bands per pixel. */
    record Stripes(float dx, float dy, float phase) implements ShapeTexture {
        @Override
        public float mix(float x, float y) {
            return band(x * dx + y * dy + phase);
        }
    }

    /** Squares, turned like the direction (dx, dy), in squares per pixel. */
    record Checks(float dx, float dy, float phase) implements ShapeTexture {
        @Override
        public float mix(float x, float y) {
            float a = band(x * dx + y * dy + phase);
            float b = band(y * dx - x * dy + phase);
            return a + b - 2f * a * b;
        }
    }

    /** Clouds: random values on a grid with {@code scale} cells per pixel, smoothly interpolated. */
    record Clouds(float scale, long key) implements ShapeTexture {
        @Override
        public float mix(float x, float y) {
            float u = x * scale;
            float v = y * scale;
            int i = (int) u;
            int j = (int) v;
            float s = (u - i) * (u - i) * (3f - 2f * (u - i));
            float t = (v - j) * (v - j) * (3f - 2f * (v - j));
            float upper = value(i, j) + s * (value(i + 1, j) - value(i, j));
            float lower = value(i, j + 1) + s * (value(i + 1, j + 1) - value(i, j + 1));
            return upper + t * (lower - upper);
        }

        private float value(int i, int j) {
            long z = (key + i * 0x9E3779B97F4A7C15L) ^ (j * 0xC2B2AE3D27D4EB4FL);
            z = (z ^ (z >>> 32)) * 0xD6E8FEB86659FD93L;
            z = (z ^ (z >>> 32)) * 0xD6E8FEB86659FD93L;
            return (z >>> 40) * 0x1p-24f;
        }
    }

    /** {@return a random texture, coarse enough to be seen at one pixel's resolution} */
    static ShapeTexture draw(Rng rng) {
        int kind = rng.below(4);
        double angle = rng.uniform(0f, 6.2831853f);
        float cos = (float) StrictMath.cos(angle);
        float sin = (float) StrictMath.sin(angle);
        float frequency = rng.uniform(.1f, .25f);
        float phase = rng.uniform();
        return switch (kind) {
            case 0 -> new Gradient(cos * .04f, sin * .04f);
            case 1 -> new Stripes(cos * frequency, sin * frequency, phase);
            case 2 -> new Checks(cos * frequency, sin * frequency, phase);
            default -> new Clouds(frequency * 1.5f, rng.nextLong());
        };
    }

    /** {@return a soft square wave of period 1} */
    private static float band(float t) {
        float f = t - (float) Math.floor(t);
        return Math.clamp(.5f + 4f * (Math.abs(f - .5f) - .25f), 0f, 1f);
    }
}
