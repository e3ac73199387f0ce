package espalier.datasets;

/** The best linear classifier by plain stochastic gradient descent with momentum: a yardstick for how hard images are. */
final class SoftmaxRegression {
    private static final int CLASSES = 10;

    private final int inputs;
    private final float[] weight;
    private final float[] bias = new float[CLASSES];
    private final float[] velocity;

    private SoftmaxRegression(int inputs) {
        this.inputs = inputs;
        weight = new float[CLASSES * inputs];
        velocity = new float[CLASSES * inputs];
    }

    /** {@return the share of test images that are right after so many epochs} */
    static double accuracy(Dataset dataset, int epochs) {
        SoftmaxRegression model = new SoftmaxRegression(dataset.imageShape().size());
        for (int epoch = 0; epoch < epochs; epoch++) {
            for (Batch batch : Batches.shuffled(dataset.train(), 50, 1, epoch)) {
                model.step(batch, .02f * (1 - (float) epoch / epochs));
            }
        }
        int correct = 0;
        for (Batch batch : Batches.inOrder(dataset.test(), 100)) {
            float[] images = batch.images().data();
            for (int i = 0; i < batch.size(); i++) {
                float[] p = model.probabilities(images, i);
                int best = 0;
                for (int k = 1; k < CLASSES; k++) {
                    best = p[k] > p[best] ? k : best;
                }
                correct += best == batch.labels()[i] ? 1 : 0;
            }
        }
        return (double) correct / dataset.test().size();
    }

    private void step(Batch batch, float rate) {
        float[] images = batch.images().data();
        float[] gradient = new float[weight.length];
        for (int i = 0; i < batch.size(); i++) {
            float[] p = probabilities(images, i);
            p[batch.labels()[i]] -= 1;
            for (int k = 0; k < CLASSES; k++) {
                float error = p[k] / batch.size();
                bias[k] -= rate * error;
                for (int j = 0; j < inputs; j++) {
                    gradient[k * inputs + j] += error * images[i * inputs + j];
                }
            }
        }
        for (int j = 0; j < weight.length; j++) {
            velocity[j] = .9f * velocity[j] + gradient[j];
            weight[j] -= rate * velocity[j];
        }
    }

    private float[] probabilities(float[] images, int image) {
        float[] p = new float[CLASSES];
        float sum = 0;
        for (int k = 0; k < CLASSES; k++) {
            float logit = bias[k];
            for (int j = 0; j < inputs; j++) {
                logit += weight[k * inputs + j] * images[image * inputs + j];
            }
            p[k] = (float) Math.exp(Math.min(logit, 80));
            sum += p[k];
        }
        for (int k = 0; k < CLASSES; k++) {
            p[k] /= sum;
        }
        return p;
    }
}
