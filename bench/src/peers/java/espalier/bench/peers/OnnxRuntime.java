package espalier.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import espalier.bench.peer.LoweredTask;
import espalier.bench.peer.NetworkTask;
import espalier.bench.peer.Peer;
import espalier.bench.peer.Task;
import espalier.bench.peer.WeightForm;
import espalier.bench.peer.Workload;
import espalier.compress.lower.Fusion;
import espalier.compress.lower.Graph;
import espalier.engine.tensor.Tensor;
import espalier.nn.model.Model;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.function.Supplier;

/** ONNX Runtime on the graph that we lower for ourselves, batch norm folded or in 8 bits, with all its own optimizations. */
public final class OnnxRuntime implements Peer {
    @Override
    public String name() {
        return "onnxruntime";
    }

    @Override
    public String about() {
        return "ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion();
    }

    @Override
    public boolean compiled() {
        return true;
    }

    @Override
    public boolean supports(Task task, int threads) {
        return task instanceof NetworkTask t && t.kind() == NetworkTask.Kind.INFERENCE
                || task instanceof LoweredTask l && (l.form().equals(WeightForm.DENSE) || l.form().equals(WeightForm.INT8));
    }

    @Override
    public Workload prepare(Task task, int threads) {
        try {
            return switch (task) {
                case NetworkTask t -> new Inference(file(NetworkTask.model(), t.batch()), t.batch(), t::pixels, threads);
                case LoweredTask t -> new Inference(file(t), t.batch(), t::pixels, threads);
                default -> throw new IllegalArgumentException("ONNX Runtime: " + task);
            };
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
        }
    }

    private static byte[] file(Model model, int batch) {
        return OnnxModel.of(Fusion.apply(Graph.trace(model::logits, model.imageShape())), batch);
    }

    private static byte[] file(LoweredTask t) {
        return t.form().quantized() ? QuantizedOnnxModel.of(t.lowered(), t.batch()) : file(t.parent(), t.batch());
    }

    /** {@return how networks are run: with everything that ONNX Runtime does to a graph by itself} */
    static OrtSession.SessionOptions options(int threads) throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        return options;
    }

    private static final class Inference implements Workload {
        private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
        private final int batch;
        private final Supplier<Tensor> images;
        private final OrtSession session;
        private final FloatBuffer y;
        private final OnnxTensor output;
        private OnnxTensor input;

        Inference(byte[] file, int batch, Supplier<Tensor> images, int threads) throws OrtException {
            this.batch = batch;
            this.images = images;
            session = environment.createSession(file, options(threads));
            long[] shape = ((TensorInfo) session.getOutputInfo().get(OnnxWriter.OUTPUT).getInfo()).getShape();
            y = buffer((int) (shape[0] * shape[1]));
            output = OnnxTensor.createTensor(environment, y, shape);
        }

        private static FloatBuffer buffer(int n) {
            return ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder()).asFloatBuffer();
        }

        @Override
        public void fresh() {
            Tensor pixels = images.get();
            FloatBuffer x = buffer(pixels.size());
            x.put(0, pixels.data());
            try {
                if (input != null) {
                    input.close();
                }
                input = OnnxTensor.createTensor(environment, x, new long[] {batch, 3, 32, 32});
            } catch (OrtException e) {
                throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
            }
        }

        @Override
        public void run() {
            try (OrtSession.Result _ = session.run(Map.of(OnnxWriter.INPUT, input), Map.of(OnnxWriter.OUTPUT, output))) {
                // Written into our own buffer.
            } catch (OrtException e) {
                throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
            }
        }

        @Override
        public float[] result() {
            float[] result = new float[y.capacity()];
            y.get(0, result);
            return result;
        }

        @Override
        public void close() {
            try {
                input.close();
                output.close();
                session.close();
            } catch (OrtException e) {
                throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
            }
        }
    }
}
