package espalier.datasets;

import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The binary versions of CIFAR-10 and CIFAR-100: records of some label bytes, the wanted label last, then 1,024 bytes each
 * of red, green and blue.
 *
 * @param dataset the data set's name, for errors
 * @param labelBytes bytes before the pixels: 1, or 2 where a coarse label comes before the fine one
 * @param classes labels are below this
 */
record CifarFile(String dataset, int labelBytes, int classes) {
    static final Shape IMAGE = Shape.of(3, 32, 32);

    /**
     * {@return the images of several files, one after the other}
     *
     * @param records how many each file must hold
     * @throws UserError when a file is missing or not of exactly that many records, or a label is out of range
     */
    Split read(Path folder, List<String> names, int records) {
        int record = labelBytes + IMAGE.size();
        for (String name : names) {
            DataFile.expectLength(dataset, folder.resolve(name), (long) records * record);
        }
        byte[] pixels = new byte[Math.multiplyExact(names.size() * records, IMAGE.size())];
        byte[] labels = new byte[names.size() * records];
        byte[] label = new byte[labelBytes];
        int image = 0;
        for (String name : names) {
            Path file = folder.resolve(name);
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 18)) {
                for (int i = 0; i < records; i++, image++) {
                    DataFile.readFully(in, label, 0, labelBytes);
                    labels[image] = label[labelBytes - 1];
                    if ((labels[image] & 0xFF) >= classes) {
                        throw DataFile.bad(file, "image " + i + " has label " + (labels[image] & 0xFF) + ", expected 0 to "
                                + (classes - 1));
                    }
                    DataFile.readFully(in, pixels, image * IMAGE.size(), IMAGE.size());
                }
            } catch (IOException e) {
                throw DataFile.unreadable(file, e);
            }
        }
        return new Split(pixels, labels, IMAGE);
    }
}
