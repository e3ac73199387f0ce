package espalier.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class HelpTest {
    private static final Pattern WORD = Pattern.compile("'[^']*'|\\S+");

    private static Stream<List<String>> commands() {
        return below(Cli.commandLine(), List.of());
    }

    private static Stream<List<String>> below(CommandLine command, List<String> path) {
        return Stream.concat(Stream.of(path), command.getSubcommands().entrySet().stream().flatMap(e -> {
            List<String> longer = new ArrayList<>(path);
            longer.add(e.getKey());
            return below(e.getValue(), longer);
        }));
    }

    private static CommandLine find(List<String> path) {
        CommandLine command = Cli.commandLine();
        for (String name : path) {
            command = command.getSubcommands().get(name);
        }
        return command;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void teachesByExample(List<String> path) {
        Run help = Run.of(Stream.concat(path.stream(), Stream.of("--help")).toArray(String[]::new));

        assertThat(help.exit()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out()).contains("Examples:", "  espalier", "--threads", "--json", "--debug");
    }

    /** An example that does not parse teaches nothing. */
    @ParameterizedTest
    @MethodSource("commands")
    void everyExampleParses(List<String> path) {
        String all = String.join("\n", find(path).getCommandSpec().usageMessage().footer()).replaceAll("\\\\\\n\\s*", "");
        for (String line : all.lines().map(String::strip).filter(l -> l.startsWith("espalier ")).toList()) {
            String command = line.split(" {3,}| > ")[0];
            if (!command.contains("COMMAND")) {
                Cli.commandLine().parseArgs(WORD.matcher(command).results().map(m -> m.group().replace("'", "")).skip(1)
                        .toArray(String[]::new));
            }
        }
    }

    @Test
    void listsAllCommands() {
        assertThat(Run.of("--help").out())
                .contains("study", "train", "prune", "quantize", "evaluate", "datasets", "info", "completion");
    }

    @Test
    void whatCanBeChosenIsListed() {
        assertThat(Run.of("study", "--help").out()).contains("global-gap-parameter", "lottery-ticket", "mobilenet_v2");
        assertThat(Run.of("prune", "--help").out()).contains("global-gap-parameter", "resnet20");
    }

    @Test
    void completionIsAScriptThatKnowsOurOptions() {
        assertThat(Run.of("completion").out()).startsWith("#!").contains("--epsilon", "resnet20", "fashion-mnist");
    }

    @ParameterizedTest
    @ValueSource(strings = {"study", "train", "prune", "quantize", "evaluate"})
    void workOnNetworksHasTheSameOptionsEverywhere(String command) {
        assertThat(find(List.of(command)).getCommandSpec().optionsMap()).containsKeys("--model", "--weights", "--dataset",
                "--data", "--seed", "--threads", "--batch-size", "--out", "--json", "--debug");
    }
}
