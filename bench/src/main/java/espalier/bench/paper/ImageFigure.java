package espalier.bench.paper;

import espalier.attacks.AdversarialSet;
import espalier.attacks.AttackSpace;
import espalier.attacks.LabelledImages;
import espalier.attacks.ThreatModel;
import espalier.bench.chart.ImageSheet;
import espalier.bench.chart.ImageSheet.Row;
import espalier.bench.chart.ImageSheet.Tile;
import espalier.bench.study.Cell;
import espalier.bench.study.FinishedStudy;
import espalier.datasets.Dataset;
import espalier.datasets.Split;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import espalier.nn.model.Model;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What attacks look like: images, their perturbation enlarged, and what becomes of them, with what the network sees. */
final class ImageFigure {
    private static final int IMAGES = 8;

    private ImageFigure() {}

    /**
     * {@return the first test images, attacked on each of these networks; none where no checkpoint is there}
     *
     * @param threat in pixels
     */
    static Optional<ImageSheet> of(FinishedStudy study, Dataset data, List<Cell.Network> networks, ThreatModel threat,
            String title) {
        Split images = data.test().head(Math.min(IMAGES, data.test().size()));
        List<Row> rows = new ArrayList<>();
        for (Cell.Network network : networks) {
            study.model(network, data).ifPresent(m -> rows.addAll(rows(m, network, images, data, threat)));
        }
        List<String> labels = Arrays.stream(images.labels(0, images.size())).mapToObj(data.classNames()::get).toList();
        return rows.isEmpty() ? Optional.empty() : Optional.of(new ImageSheet(title, labels, rows, 88));
    }

    private static List<Row> rows(Model model, Cell.Network network, Split images, Dataset data, ThreatModel threat) {
        int n = images.size();
        Tensor clean = images.images(0, n);
        AdversarialSet set = AdversarialSet.craft(model::logits, threat.withSpace(AttackSpace.PIXELS),
                LabelledImages.of(n, images::images, images::labels), n, network.parent().seed(), _ -> {});
        Tensor adversarial = set.batches().getFirst();
        float[] change = new float[clean.size()];
        float scale = (float) (0.5 / threat.epsilon());
        for (int i = 0; i < change.length; i++) {
            change[i] = 0.5f + scale * (adversarial.data()[i] - clean.data()[i]);
        }
        String name = network.title();
        return List.of(new Row(name + ": clean", tiles(clean.data(), images, data, model, clean)),
                new Row("perturbation ×" + Math.round(scale), tiles(change, images, data, null, null)),
                new Row("adversarial", tiles(adversarial.data(), images, data, model, adversarial)));
    }

    private static List<Tile> tiles(float[] pixels, Split images, Dataset data, Model model, Tensor x) {
        Shape s = data.imageShape();
        int[] labels = images.labels(0, images.size());
        List<Tile> tiles = new ArrayList<>();
        try (Workspace _ = Workspace.open()) {
            float[] logits = model == null ? null : model.logits(x).data();
            for (int i = 0; i < labels.length; i++) {
                var shown = ImageSheet.pixels(pixels, i * s.size(), s.dim(0), s.dim(1), s.dim(2));
                tiles.add(logits == null ? new Tile(shown, "", false) : seen(shown, logits, i, labels[i], data));
            }
        }
        return tiles;
    }

    private static Tile seen(BufferedImage shown, float[] logits, int image, int label, Dataset data) {
        int classes = data.classes();
        int best = 0;
        for (int c = 1; c < classes; c++) {
            best = logits[image * classes + c] > logits[image * classes + best] ? c : best;
        }
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            sum += Math.exp(logits[image * classes + c] - logits[image * classes + best]);
        }
        return new Tile(shown, String.format(Locale.ROOT, "%s %.0f %%", data.classNames().get(best), 100 / sum),
                best != label);
    }
}
