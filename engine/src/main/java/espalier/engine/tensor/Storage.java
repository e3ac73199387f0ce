package espalier.engine.tensor;

/** The array behind one tensor and its views; {@code data} is null once a workspace took it back. */
final class Storage {
    float[] data;
    /** The workspace that takes the array back when it closes; null for an ordinary array on the heap. */
    Workspace owner;

    Storage(float[] data, Workspace owner) {
        this.data = data;
        this.owner = owner;
    }
}
