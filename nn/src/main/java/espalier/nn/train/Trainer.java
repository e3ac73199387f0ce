package espalier.nn.train;

import espalier.datasets.Batch;
import espalier.datasets.Batches;
import espalier.datasets.Split;
import espalier.engine.UserError;
import espalier.engine.autograd.Gradients;
import espalier.engine.autograd.Tape;
import espalier.engine.op.CrossEntropy;
import espalier.engine.op.Reduction;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import espalier.nn.Parameter;
import espalier.nn.Seeds;
import espalier.nn.model.Model;
import espalier.nn.optim.Optimizer;
import espalier.nn.optim.Schedule;
import espalier.nn.train.TrainingCheckpoint.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Trains a model, masks in force included.
 *
 * <p>The outcome is a function of the model, the images and the configuration, to the last bit: whatever the number of
 * threads, and whether it was trained in one go or killed and resumed.
 *
 * <pre>{@code
 * new Trainer(model, data.train(), config).evaluateOn(data.test()).checkpointsIn(folder, true).run();
 * }</pre>
 */
public final class Trainer {
    /** The model alone, with PyTorch's names; written after each epoch. */
    public static final String MODEL_FILE = "model.safetensors";
    /** All that is needed to go on; written after each epoch, before {@link #MODEL_FILE}. */
    public static final String TRAINING_FILE = "training.safetensors";

    /** Images at a time where the figures do not depend on it. */
    private static final int EVALUATION_BATCH = 250;

    private final Model model;
    private final Split images;
    private final TrainingConfig config;
    private final Optimizer optimizer;
    private final List<EpochReport> history = new ArrayList<>();
    private final List<Tensor> watched;
    private final Batches epochPlan;
    private final Progress start;
    private Split test;
    private Path folder;
    private boolean resume;
    private TrainingListener listener = new TrainingListener() {};

    /**
     * @param model  is trained in place
     * @param images to train on
     * @throws UserError when they do not fit each other
     */
    public Trainer(Model model, Split images, TrainingConfig config) {
        if (!images.imageShape().equals(model.imageShape())) {
            throw new UserError("model " + model.name() + " takes images " + model.imageShape()
                    + ", the training images are " + images.imageShape());
        }
        if (images.size() == 0) {
            throw new UserError("there are no images to train on");
        }
        this.model = model;
        this.images = images;
        this.config = config;
        optimizer = config.optimizer().create(model.parameters());
        watched = model.parameters().values().stream().map(Parameter::data).toList();
        epochPlan = plan(0);
        start = new Progress(model.name(), TrainingCheckpoint.digest(model.stateDict()), images.size(),
                TrainingCheckpoint.digest(images), config, List.of());
    }

    /** Evaluates on these images after each epoch and returns this. */
    public Trainer evaluateOn(Split test) {
        this.test = test;
        return this;
    }

    /**
     * Writes {@value #TRAINING_FILE} and {@value #MODEL_FILE} to {@code folder} after each epoch and returns this.
     *
     * @param resume whether to go on from what {@code folder} holds, if it holds a checkpoint; it is overwritten otherwise.
     *               The model, as it was given, the images and the configuration must be those of the first run
     */
    public Trainer checkpointsIn(Path folder, boolean resume) {
        this.folder = folder;
        this.resume = resume;
        return this;
    }

    /** Has {@code listener} told of every step and epoch and returns this. */
    public Trainer listener(TrainingListener listener) {
        this.listener = listener;
        return this;
    }

    /**
     * Trains to the last epoch and leaves the model in evaluation mode.
     *
     * @return what came of each epoch, those of earlier runs included
     * @throws UserError when the loss is not finite any more, a checkpoint cannot be written or does not fit
     */
    public List<EpochReport> run() {
        if (resume && Files.exists(folder.resolve(TRAINING_FILE))) {
            restore(folder.resolve(TRAINING_FILE));
        }
        listener.begin(history.size(), config.epochs(), epochPlan.count());
        try {
            while (history.size() < config.epochs()) {
                EpochReport report = epoch(history.size());
                history.add(report);
                save();
                listener.epoch(report);
            }
        } finally {
            model.setTraining(false);
        }
        return List.copyOf(history);
    }

    private Batches plan(int epoch) {
        Batches all = Batches.shuffled(images, config.batchSize(), config.seed(), epoch).augmented(config.augmentation());
        // A last batch of a few images would weigh as much as a full one, and batch norm take its statistics from them.
        return images.size() < config.batchSize() ? all : all.droppingLast();
    }

    private EpochReport epoch(int epoch) {
        int steps = epochPlan.count();
        Schedule schedule = config.schedule().create(config.optimizer().learningRate(), config.epochs(), steps);
        model.setTraining(true);
        long start = System.nanoTime();
        double lossSum = 0;
        int correct = 0;
        int seen = 0;
        double rate = 0;
        for (Batch batch : plan(epoch)) {
            long step = (long) epoch * steps + batch.index();
            rate = schedule.at(step);
            Outcome outcome = step(batch, step, rate);
            if (!Float.isFinite(outcome.loss)) {
                throw diverged("the loss is " + outcome.loss, epoch, batch.index(), rate);
            }
            lossSum += (double) outcome.loss * batch.size();
            correct += outcome.correct;
            seen += batch.size();
            listener.step(new StepReport(epoch + 1, config.epochs(), batch.index() + 1, steps, lossSum / seen,
                    (double) correct / seen, rate, seen / secondsSince(start)));
        }
        double seconds = secondsSince(start);
        model.setTraining(false);
        requireFinite(epoch, steps - 1, rate);
        Evaluation evaluation = test == null ? null : Evaluator.evaluate(model::logits, test, EVALUATION_BATCH);
        return new EpochReport(
                epoch + 1, lossSum / seen, (double) correct / seen, rate, seconds, seen / seconds, evaluation);
    }

    private record Outcome(float loss, int correct) {}

    private Outcome step(Batch batch, long step, double rate) {
        try (Workspace _ = Workspace.open()) {
            model.network().setStepSeed(Seeds.derive(config.seed(), step));
            Tensor pixels = batch.images();
            CrossEntropy loss = new CrossEntropy(batch.labels(), (float) config.labelSmoothing(), Reduction.MEAN);
            int[] correct = new int[1];
            Gradients gradients = Tape.record(watched, () -> {
                Tensor logits = model.logits(pixels);
                correct[0] = Evaluator.correct(logits, batch.labels());
                return loss.apply(logits);
            });
            optimizer.step(gradients::of, rate);
            return new Outcome(gradients.value().item(), correct[0]);
        }
    }

    /** The last step of an epoch may have broken the weights after its loss was computed: no checkpoint must hold them. */
    private void requireFinite(int epoch, int step, double rate) {
        for (Tensor t : watched) {
            for (float w : t.data()) {
                if (!Float.isFinite(w)) {
                    throw diverged("a weight is " + w, epoch, step, rate);
                }
            }
        }
    }

    private UserError diverged(String what, int epoch, int step, double rate) {
        return new UserError(String.format(Locale.ROOT,
                "training diverged: %s in epoch %d, step %d, at learning rate %.3g; "
                        + "lower the learning rate (%s) or warm it up",
                what, epoch + 1, step + 1, rate, config.optimizer().learningRate()));
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private void save() {
        if (folder != null) {
            new TrainingCheckpoint(model.stateDict(), model.masks(), optimizer.state(), start.with(history))
                    .write(folder.resolve(TRAINING_FILE));
            model.save(folder.resolve(MODEL_FILE));
        }
    }

    private void restore(Path file) {
        TrainingCheckpoint checkpoint = TrainingCheckpoint.read(file);
        checkpoint.requireSame(start, file);
        model.setMasks(checkpoint.masks());
        model.loadStateDict(checkpoint.model(), file.toString());
        optimizer.load(checkpoint.optimizer());
        history.addAll(checkpoint.progress().history());
        // A kill may have come between the two files.
        model.save(folder.resolve(MODEL_FILE));
    }
}
