package espalier.bench.peer;

/** A matrix product on arrays of Java. */
public abstract class GemmWorkload implements Workload {
    protected final GemmTask task;
    protected float[] a;
    protected float[] b;
    protected float[] c;

    protected GemmWorkload(GemmTask task) {
        this.task = task;
    }

    @Override
    public void fresh() {
        a = task.a();
        b = task.b();
        c = new float[task.m() * task.n()];
    }

    @Override
    public float[] result() {
        return c;
    }
}
