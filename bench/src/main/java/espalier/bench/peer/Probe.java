package espalier.bench.peer;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import espalier.engine.tensor.Shape;

/** Ops that cost nothing, between which one direction of a real op is timed. */
final class Probe {
    private Probe() {}

    /** {@code op} whose forward pass is already done: {@code output} is returned as it is. Its backward pass is the real one. */
    record Backward(Op op, Tensor output) implements Op {
        @Override
        public Tensor forward(Call call) {
            return output;
        }

        @Override
        public Tensor[] vjp(Call call, Tensor gradOutput) {
            return op.vjp(call, gradOutput);
        }
    }

    /** A loss that is 0, and whose gradient by its input is {@code gradient}. */
    record Loss(Tensor gradient) implements Op {
        @Override
        public Tensor forward(Call call) {
            return Workspace.zeros(Shape.of(1));
        }

        @Override
        public Tensor[] vjp(Call call, Tensor gradOutput) {
            return new Tensor[] {gradient};
        }
    }
}
