package espalier.bench.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** We ourselves and whoever else is there. */
public final class Peers {
    /** What to do when nobody is there to compare with. */
    public static final String ADVICE = "No peers to compare with: run it as mvn -q -Ppeers compile exec:java "
            + "-Dexec.args=\"bench ...\", which fetches OpenBLAS, netlib, ONNX Runtime and PyTorch (about 600 MB).";

    private static final Peer OURSELVES = new Espalier();
    private static final List<Peer> OTHERS = ServiceLoader.load(Peer.class).stream().map(ServiceLoader.Provider::get).toList();

    private Peers() {}

    /** {@return all the others} */
    public static List<Peer> others() {
        return OTHERS;
    }

    /** {@return the names of those who can do {@code task}, ours first} */
    public static List<String> supporting(Task task, int threads) {
        List<String> names = new ArrayList<>();
        names.add(OURSELVES.name());
        OTHERS.stream().filter(p -> p.supports(task, threads)).map(Peer::name).forEach(names::add);
        return names;
    }

    /** {@return the one of that name} */
    public static Peer named(String name) {
        return name.equals(OURSELVES.name())
                ? OURSELVES
                : OTHERS.stream().filter(p -> p.name().equals(name)).findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("no peer is named " + name));
    }
}
