package espalier.compress.lower;

import espalier.engine.op.Reshape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/** Executes a graph in float32: what calibration observes, and what shows that lowering computes the same as the model. */
public final class FloatGraph {
    /** Sees each value that an execution makes. */
    @FunctionalInterface
    public interface Observer {
        /** @param value 0 for the input, i + 1 for node i; dies with the call */
        void value(int number, Tensor value);
    }

    private final Graph graph;

    public FloatGraph(Graph graph) {
        this.graph = graph;
    }

    /** {@return the output for x [N, input…]} */
    public Tensor apply(Tensor x) {
        return apply(x, (_, _) -> {});
    }

    /** {@return the output for x [N, input…], all values of which {@code observer} sees} */
    public Tensor apply(Tensor x, Observer observer) {
        try (Workspace w = Workspace.open()) {
            Tensor[] values = new Tensor[graph.nodes().size() + 1];
            values[0] = x;
            observer.value(0, x);
            for (int i = 1; i < values.length; i++) {
                values[i] = apply(graph.nodes().get(i - 1), values, x.shape().dim(0));
                observer.value(i, values[i]);
            }
            return w.keep(values[values.length - 1]);
        }
    }

    private static Tensor apply(Node node, Tensor[] values, int batch) {
        Tensor[] arguments = new Tensor[node.inputs().size() + node.constants().size()];
        for (int i = 0; i < node.inputs().size(); i++) {
            arguments[i] = values[node.inputs().getInt(i)];
        }
        for (int i = 0; i < node.constants().size(); i++) {
            arguments[node.inputs().size() + i] = node.constants().get(i);
        }
        // A traced reshape names the batch of the trace.
        Tensor y = node.op() instanceof Reshape
                ? new Reshape(Graph.batched(batch, node.shape())).apply(arguments)
                : node.op().apply(arguments);
        return node.activation().apply(y);
    }
}
