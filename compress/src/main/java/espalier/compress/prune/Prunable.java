package espalier.compress.prune;

import espalier.nn.Module;
import espalier.nn.Parameter;
import espalier.nn.layer.Conv2d;
import espalier.nn.layer.Linear;
import espalier.nn.model.Model;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** The parameters that pruning may remove: weights and biases of convolutions and linear layers, except the classifier's. */
public final class Prunable {
    private Prunable() {}

    /** {@return the prunable parameters of {@code model} by name, in the order of its state dict} */
    public static SequencedMap<String, Parameter> of(Model model) {
        Map<String, Module> modules = model.network().modules();
        String classifier = model.classifier();
        SequencedMap<String, Parameter> prunable = new LinkedHashMap<>();
        model.parameters().forEach((name, parameter) -> {
            String owner = name.substring(0, Math.max(0, name.lastIndexOf('.')));
            Module module = modules.get(owner);
            if ((module instanceof Conv2d || module instanceof Linear) && !owner.equals(classifier)) {
                prunable.put(name, parameter);
            }
        });
        return prunable;
    }
}
