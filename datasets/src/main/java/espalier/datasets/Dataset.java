package espalier.datasets;

import espalier.engine.tensor.Shape;
import java.util.List;

/**
 * A data set in memory.
 *
 * @param name as on the command line: {@code cifar10}
 * @param imageShape [C,H,W]
 * @param classNames the name of each class, by label
 * @param train the training images
 * @param test the test images
 * @param mean per channel, of pixels in [0, 1]: what models subtract
 * @param std per channel, of pixels in [0, 1]: what models divide by
 */
public record Dataset(
        String name, Shape imageShape, List<String> classNames, Split train, Split test, float[] mean, float[] std) {
    /** {@return the number of classes} */
    public int classes() {
        return classNames.size();
    }

    /** {@return the same data set with no more than so many training and test images, the first ones} */
    public Dataset head(int trainImages, int testImages) {
        return new Dataset(name, imageShape, classNames, train.head(trainImages), test.head(testImages), mean, std);
    }
}
