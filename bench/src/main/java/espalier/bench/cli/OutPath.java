package espalier.bench.cli;

import espalier.engine.UserError;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What {@code --out} means: a file where it ends in {@code .safetensors}, and what belongs to it beside it; else a folder.
 *
 * @param path as given, or a command's default
 */
record OutPath(Path path) {
    private static final String EXTENSION = ".safetensors";

    private boolean isFile() {
        return path.toString().endsWith(EXTENSION);
    }

    /** Refuses, before any work is done for it, a place that cannot be written to. Makes no folder yet. */
    OutPath requireWritable() {
        requireWritable(path, network());
        return this;
    }

    /** The same for a file, which may be there already. */
    static void requireWritableFile(Path file) {
        if (Files.isDirectory(file)) {
            throw new UserError(file + " cannot be written: it is a folder");
        }
        requireWritable(file, file);
    }

    private static void requireWritable(Path named, Path file) {
        Path existing = file.toAbsolutePath().getParent();
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (!Files.isDirectory(existing)) {
            throw new UserError(named + " cannot be written: " + existing + " is in the way");
        }
        if (!Files.isWritable(existing)) {
            throw new UserError(named + " cannot be written: permission denied for " + existing);
        }
    }

    /** {@return the file for the network} */
    Path network() {
        return isFile() ? path : path.resolve("model" + EXTENSION);
    }

    /** {@return a file that belongs to it: {@code masks.safetensors}, or {@code NAME.masks.safetensors} beside the file} */
    Path beside(String what) {
        return isFile() ? path.resolveSibling(stem() + "." + what + EXTENSION) : path.resolve(what + EXTENSION);
    }

    /** {@return the folder for training checkpoints} */
    Path checkpoints() {
        return isFile() ? path.resolveSibling(stem() + ".training") : path;
    }

    private String stem() {
        String name = path.getFileName().toString();
        return name.substring(0, name.length() - EXTENSION.length());
    }
}
