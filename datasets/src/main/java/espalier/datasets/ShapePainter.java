package espalier.datasets;

/** Draws one textured object, turned, stretched and placed at random, on a textured background with specks and noise. */
final class ShapePainter implements Generator.Painter {
    static final int SIDE = 32;
    private static final int PLANE = SIDE * SIDE;

    @Override
    public void paint(int label, Rng rng, byte[] pixels, int offset) {
        float[] back1 = colour(rng);
        float[] back2 = near(back1, rng, .35f);
        float[] front1 = apart(back1, back2, rng);
        float[] front2 = near(front1, rng, .3f);
        ShapeTexture background = ShapeTexture.draw(rng);
        ShapeTexture surface = ShapeTexture.draw(rng);

        double angle = rng.uniform(0f, 6.2831853f);
        float cos = (float) StrictMath.cos(angle);
        float sin = (float) StrictMath.sin(angle);
        float radius = rng.uniform(6.5f, 11.5f);
        float stretch = rng.uniform(.85f, 1.18f);
        float room = Math.max(0f, SIDE / 2f - radius);
        float centerX = SIDE / 2f + room * rng.uniform(-.9f, .9f);
        float centerY = SIDE / 2f + room * rng.uniform(-.9f, .9f);
        float light = rng.uniform(-.15f, .15f);
        float grain = rng.uniform(.01f, .06f);

        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                float px = x + .5f - centerX;
                float py = y + .5f - centerY;
                float u = (cos * px + sin * py) / (radius * stretch);
                float v = (cos * py - sin * px) * stretch / radius;
                float cover = Math.clamp(.5f - ShapeOutline.distance(label, u, v) * radius, 0f, 1f);
                float b = background.mix(x, y);
                float f = surface.mix(x, y);
                for (int c = 0; c < 3; c++) {
                    float behind = back1[c] + b * (back2[c] - back1[c]);
                    float object = front1[c] + f * (front2[c] - front1[c]);
                    float value = behind + cover * (object - behind) + light + grain * rng.normal();
                    pixels[offset + c * PLANE + y * SIDE + x] = (byte) (Math.clamp(value, 0f, 1f) * 255f + .5f);
                }
            }
        }
    }

    private static float[] colour(Rng rng) {
        return new float[] {rng.uniform(.05f, .95f), rng.uniform(.05f, .95f), rng.uniform(.05f, .95f)};
    }

    private static float[] near(float[] colour, Rng rng, float spread) {
        float[] result = new float[3];
        for (int c = 0; c < 3; c++) {
            result[c] = Math.clamp(colour[c] + rng.uniform(-spread, spread), 0f, 1f);
        }
        return result;
    }

    /** {@return a colour that is well apart from two others, so that the outline can be seen} */
    private static float[] apart(float[] a, float[] b, Rng rng) {
        while (true) {
            float[] result = colour(rng);
            if (distance(result, a) > .3f && distance(result, b) > .3f) {
                return result;
            }
        }
    }

    private static float distance(float[] a, float[] b) {
        float sum = 0;
        for (int c = 0; c < 3; c++) {
            sum += (a[c] - b[c]) * (a[c] - b[c]);
        }
        return (float) Math.sqrt(sum);
    }
}
