package espalier.compress.lower;

import espalier.engine.UserError;
import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.autograd.Tape;
import espalier.engine.op.Add;
import espalier.engine.op.BatchNorm;
import espalier.engine.op.Dropout;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntList;
import it.unimi.dsi.fastutil.objects.Reference2IntOpenHashMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A frozen network: ops in the order of execution. Value 0 is the network's input, node i makes value i + 1, the last node
 * makes the output.
 *
 * @param input the shape of the input, without the batch dimension
 */
public record Graph(Shape input, List<Node> nodes) {
    private static final int BATCH = 2;

    public Graph {
        nodes = List.copyOf(nodes);
    }

    /**
     * {@return the graph of what {@code network} applies to its argument}
     *
     * <p>The network is run once, on zeros. Tensors that do not depend on its argument are constants: parameters, also
     * behind masks, whose product is formed here. They are copied.
     *
     * @param network in evaluation mode: takes [N, {@code input}…]
     * @throws UserError when the network is in training mode, or combines a constant with the input in an unknown way
     */
    public static Graph trace(UnaryOperator<Tensor> network, Shape input) {
        try (Workspace _ = Workspace.open()) {
            Tensor x = Tensor.zeros(batched(BATCH, input));
            Tensor[] y = new Tensor[1];
            List<Call> calls = Tape.trace(() -> y[0] = network.apply(x));
            var values = new Reference2IntOpenHashMap<Tensor>();
            values.defaultReturnValue(-1);
            values.put(x, 0);
            var nodes = new ArrayList<Node>();
            // A shared constant stays one tensor.
            var copies = new IdentityHashMap<Tensor, Tensor>();
            for (Call call : calls) {
                Node node = node(call, values, copies);
                if (node != null) {
                    if (node.op() instanceof BatchNorm && node.inputs().size() == 2) {
                        // Apart, the norm can be folded into the layer before it.
                        nodes.add(new Node(node.op(), node.inputs().subList(0, 1), node.constants(), Activation.NONE,
                                node.shape()));
                        node = new Node(new Add(false), IntList.of(nodes.size(), node.inputs().getInt(1)), List.of(),
                                node.activation(), node.shape());
                    }
                    nodes.add(node);
                    values.put(call.output(), nodes.size());
                }
            }
            int output = values.getInt(y[0]);
            if (output < 1) {
                throw new UserError("lowering: the network's output does not depend on its input");
            }
            return new Graph(input, nodes.subList(0, output)).withoutUnused();
        }
    }

    private static Node node(Call call, Reference2IntOpenHashMap<Tensor> values, Map<Tensor, Tensor> copies) {
        IntList inputs = new IntArrayList();
        List<Tensor> constants = new ArrayList<>();
        for (int i = 0; i < call.inputs(); i++) {
            int value = values.getInt(call.input(i));
            if (value < 0) {
                constants.add(call.input(i));
            } else if (constants.isEmpty()) {
                inputs.add(value);
            } else {
                throw new UserError("lowering: " + name(call.op()) + " with a constant before its input is not supported");
            }
        }
        if (inputs.isEmpty()) {
            return null;
        }
        constants.replaceAll(t -> copies.computeIfAbsent(t, Tensor::copy));
        Shape shape = call.output().shape();
        if (shape.rank() == 0 || shape.dim(0) != BATCH) {
            throw new UserError("lowering: " + name(call.op()) + " makes " + shape + " of a batch of " + BATCH
                    + ": the first dimension must stay the batch");
        }
        Shape unbatched = Shape.of(Arrays.copyOfRange(shape.dims(), 1, shape.rank()));
        return switch (call.op()) {
            case BatchNorm b when b.training() ->
                    throw new UserError("lowering: BatchNorm is in training mode; switch the model to evaluation");
            case Dropout _ -> throw new UserError("lowering: Dropout is active; switch the model to evaluation");
            case BatchNorm b when b.relu() -> new Node(
                    new BatchNorm(b.runningMean(), b.runningVar(), false, b.momentum(), b.eps(), false),
                    inputs, constants, Activation.RELU, unbatched);
            case Add(boolean relu) when relu -> new Node(new Add(false), inputs, constants, Activation.RELU, unbatched);
            case Op op -> new Node(op, inputs, constants, Activation.NONE, unbatched);
        };
    }

    private static String name(Op op) {
        return op.getClass().getSimpleName();
    }

    /** {@return [n, shape…]} */
    static Shape batched(int n, Shape shape) {
        int[] dims = new int[shape.rank() + 1];
        dims[0] = n;
        System.arraycopy(shape.dims(), 0, dims, 1, shape.rank());
        return Shape.of(dims);
    }

    /** {@return the shape of value {@code i}, without the batch dimension} */
    public Shape shape(int i) {
        return i == 0 ? input : nodes.get(i - 1).shape();
    }

    /** {@return how many nodes read each value; the output counts as read once} */
    public int[] uses() {
        int[] uses = new int[nodes.size() + 1];
        nodes.forEach(n -> n.inputs().forEach(v -> uses[v]++));
        uses[nodes.size()]++;
        return uses;
    }

    private Graph withoutUnused() {
        BitSet used = new BitSet();
        used.set(nodes.size());
        for (int i = nodes.size(); i > 0; i--) {
            if (used.get(i)) {
                nodes.get(i - 1).inputs().forEach(used::set);
            }
        }
        int[] renumbered = new int[nodes.size() + 1];
        List<Node> kept = new ArrayList<>();
        for (int i = 1; i <= nodes.size(); i++) {
            if (used.get(i)) {
                kept.add(renumber(nodes.get(i - 1), renumbered));
                renumbered[i] = kept.size();
            }
        }
        return new Graph(input, kept);
    }

    static Node renumber(Node n, int[] numbers) {
        IntList inputs = new IntArrayList();
        n.inputs().forEach(v -> inputs.add(numbers[v]));
        return new Node(n.op(), inputs, n.constants(), n.activation(), n.shape());
    }
}
