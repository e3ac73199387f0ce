package espalier.datasets;

import java.util.List;

/**
 * The outlines of the ten kinds of objects, about one unit in radius around the origin, as signed distances: negative
 * inside.
 */
final class ShapeOutline {
    /** By label. */
    static final List<String> NAMES =
            List.of("disc", "ring", "crescent", "square", "triangle", "star", "cross", "heart", "bar", "corner");

    private static final float[] SQUARE = {-.8f, -.8f, .8f, -.8f, .8f, .8f, -.8f, .8f};
    private static final float[] TRIANGLE = {0, -1, .9f, .7f, -.9f, .7f};
    private static final float[] STAR = {
        0, -1.1f, .26f, -.36f, 1.05f, -.34f, .42f, .14f, .65f, .89f, 0, .44f,
        -.65f, .89f, -.42f, .14f, -1.05f, -.34f, -.26f, -.36f
    };
    private static final float[] CROSS = {
        -.3f, -1, .3f, -1, .3f, -.3f, 1, -.3f, 1, .3f, .3f, .3f, .3f, 1, -.3f, 1, -.3f, .3f, -1, .3f, -1, -.3f, -.3f, -.3f
    };
    private static final float[] HEART = {
        0, -.5f, .2f, -.8f, .5f, -.92f, .8f, -.8f, .98f, -.5f, .95f, -.15f, .7f, .3f, .35f, .65f, 0, .95f,
        -.35f, .65f, -.7f, .3f, -.95f, -.15f, -.98f, -.5f, -.8f, -.8f, -.5f, -.92f, -.2f, -.8f
    };
    private static final float[] BAR = {-1.15f, -.33f, 1.15f, -.33f, 1.15f, .33f, -1.15f, .33f};
    private static final float[] CORNER = {-.85f, -.95f, -.25f, -.95f, -.25f, .35f, .85f, .35f, .85f, .95f, -.85f, .95f};

    private ShapeOutline() {}

    /** {@return the distance of (x, y) from the outline of class {@code label}, negative inside} */
    static float distance(int label, float x, float y) {
        return switch (label) {
            case 0 -> circle(x, y, .9f);
            case 1 -> Math.abs(circle(x, y, .75f)) - .22f;
            case 2 -> Math.max(circle(x, y, 1f), -circle(x - .5f, y, .78f));
            case 3 -> polygon(SQUARE, x, y);
            case 4 -> polygon(TRIANGLE, x, y);
            case 5 -> polygon(STAR, x, y);
            case 6 -> polygon(CROSS, x, y);
            case 7 -> polygon(HEART, x, y);
            case 8 -> polygon(BAR, x, y);
            default -> polygon(CORNER, x, y);
        };
    }

    private static float circle(float x, float y, float radius) {
        return (float) Math.sqrt(x * x + y * y) - radius;
    }

    /** The nearest edge gives the distance; a ray to the right that crosses an odd number of edges starts inside. */
    private static float polygon(float[] corners, float x, float y) {
        float nearest = Float.MAX_VALUE;
        boolean inside = false;
        float ax = corners[corners.length - 2];
        float ay = corners[corners.length - 1];
        for (int i = 0; i < corners.length; i += 2) {
            float bx = corners[i];
            float by = corners[i + 1];
            float dx = bx - ax;
            float dy = by - ay;
            float t = Math.clamp(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0f, 1f);
            float ex = x - ax - t * dx;
            float ey = y - ay - t * dy;
            nearest = Math.min(nearest, ex * ex + ey * ey);
            if (ay > y != by > y && x < ax + (y - ay) / dy * dx) {
                inside = !inside;
            }
            ax = bx;
            ay = by;
        }
        float distance = (float) Math.sqrt(nearest);
        return inside ? -distance : distance;
    }
}
