package espalier.datasets.download;

import java.net.URI;
import java.util.List;

/**
 * A published file.
 *
 * @param name its name, also on our disk
 * @param bytes its exact length
 * @param md5 its published checksum, in hexadecimal
 * @param addresses where to get it, the best first
 */
record RemoteFile(String name, long bytes, String md5, List<URI> addresses) {
    private static final String TORONTO = "https://www.cs.toronto.edu/~kriz/";

    /** {@return the files of a data set as its authors (or their mirrors) publish them} */
    static List<RemoteFile> of(String dataset) {
        return switch (dataset) {
            case "mnist" -> idx(
                    List.of(
                            "https://ossci-datasets.s3.amazonaws.com/mnist/",
                            "https://storage.googleapis.com/cvdf-datasets/mnist/"),
                    new long[] {9_912_422, 28_881, 1_648_877, 4_542},
                    "f68b3c2dcbeaaa9fbdd348bbdeb94873",
                    "d53e105ee54ea40749a09fcbcd1e9432",
                    "9fb629c4189551a2d022fa330f9573f3",
                    "ec29112dd5afa0611ce80d1b7f02629c");
            case "fashion-mnist" -> idx(
                    List.of(
                            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
                            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
                    new long[] {26_421_880, 29_515, 4_422_102, 5_148},
                    "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                    "25c81989df183df01b3e8a0aad5dffbe",
                    "bef4ecab320f06d8554ea6380940ec79",
                    "bb300cfdad3c16e7a12a480ee83cd310");
            case "cifar10" -> List.of(at(
                    List.of(TORONTO), "cifar-10-binary.tar.gz", 170_052_171, "c32a1d4ab5d03f1284b67883e8d87530"));
            case "cifar100" -> List.of(at(
                    List.of(TORONTO), "cifar-100-binary.tar.gz", 168_513_733, "03b5dce01913d631647c71ecec9e9cb8"));
            default -> throw new IllegalArgumentException("data set " + dataset + " is not published anywhere");
        };
    }

    /** {@return whether the file is an archive of the data set's folder rather than a file in it} */
    boolean archive() {
        return name.endsWith(".tar.gz");
    }

    private static List<RemoteFile> idx(List<String> bases, long[] bytes, String... md5) {
        return List.of(
                at(bases, "train-images-idx3-ubyte.gz", bytes[0], md5[0]),
                at(bases, "train-labels-idx1-ubyte.gz", bytes[1], md5[1]),
                at(bases, "t10k-images-idx3-ubyte.gz", bytes[2], md5[2]),
                at(bases, "t10k-labels-idx1-ubyte.gz", bytes[3], md5[3]));
    }

    private static RemoteFile at(List<String> bases, String name, long bytes, String md5) {
        return new RemoteFile(name, bytes, md5, bases.stream().map(base -> URI.create(base + name)).toList());
    }
}
