package espalier.engine.sparse;

import espalier.engine.tensor.Shape;

/**
 * How the values of some images lie in memory: [channels, border + height + border, border + width + border, images], where
 * the border is zeros, so that a convolution finds its padding in place.
 *
 * <p>The images lie innermost: neighbours in memory stay neighbours under every tap of a convolution, and with a multiple of
 * a vector's lanes of images, every vector starts on a boundary. Positions here are counted in pixels; in floats they are
 * times the number of images.
 */
public record Planes(int channels, int height, int width, int border) {
    /** {@return the planes of values of {@code shape}: [C,H,W] with the border, anything else as pixels of 1×1 without} */
    public static Planes of(Shape shape, int border) {
        return shape.rank() == 3
                ? new Planes(shape.dim(0), shape.dim(1), shape.dim(2), border)
                : new Planes(shape.size(), 1, 1, 0);
    }

    /** {@return pixels from a row to the next} */
    public int pitch() {
        return width + 2 * border;
    }

    /** {@return pixels from a channel to the next} */
    public int plane() {
        return pitch() * (height + 2 * border);
    }

    /** {@return pixels in all} */
    public int size() {
        return channels * plane();
    }

    /** {@return where a pixel lies} */
    public int at(int channel, int y, int x) {
        return channel * plane() + (y + border) * pitch() + x + border;
    }
}
