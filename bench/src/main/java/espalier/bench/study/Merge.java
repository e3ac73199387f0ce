package espalier.bench.study;

import espalier.engine.UserError;
import espalier.nn.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Several runs of one study that became one.
 *
 * @param known how many of its cells have a result
 * @param cells how many it has
 */
public record Merge(int known, int cells) {
    /**
     * Joins the lines and checkpoints of {@code runs} in the folder {@code out}, which may hold some already.
     *
     * @throws UserError when one is no run, or was configured differently, or two know different figures of a cell
     */
    public static Merge of(List<Path> runs, Path out) {
        List<FinishedStudy> studies = new ArrayList<>(runs.stream().map(FinishedStudy::read).toList());
        if (Files.exists(out.resolve(RunFolder.STUDY))) {
            studies.addFirst(FinishedStudy.read(out));
        }
        FinishedStudy first = studies.getFirst();
        for (FinishedStudy s : studies) {
            if (!s.config().equals(first.config())) {
                throw new UserError(s.folder().resolve(RunFolder.STUDY) + " is not the configuration of "
                        + first.folder().resolve(RunFolder.STUDY) + ": only shards of one study can be merged");
            }
        }
        try (RunFolder folder = RunFolder.open(out)) {
            folder.writeConfig(first.config());
            for (FinishedStudy s : studies) {
                for (Result r : s.results()) {
                    add(folder, r, s);
                }
            }
            for (Path run : runs) {
                copyCheckpoints(run, out);
            }
        }
        FinishedStudy whole = FinishedStudy.read(out);
        return new Merge(whole.results().size(), whole.cells());
    }

    private static void add(RunFolder folder, Result r, FinishedStudy from) {
        Result known = folder.result(r.cell()).orElse(null);
        if (known == null) {
            folder.append(r);
        } else if (!known.outcome().equals(r.outcome())) {
            throw new UserError(from.folder() + ": " + r.cell().network().title() + ", seed " + r.seed()
                    + ", has other figures than in another of these runs, from the same configuration: keep one of them");
        }
    }

    private static void copyCheckpoints(Path run, Path out) {
        Path from = run.resolve(RunFolder.CHECKPOINTS);
        if (!Files.isDirectory(from)) {
            return;
        }
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = out.resolve(RunFolder.CHECKPOINTS).resolve(from.relativize(file).toString());
                if (!Files.exists(to)) {
                    AtomicFile.write(to, stream -> Files.copy(file, stream));
                }
            }
        } catch (IOException e) {
            throw new UserError(from + " cannot be read: " + AtomicFile.reason(e), e);
        }
    }
}
