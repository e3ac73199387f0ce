package espalier.bench.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the script that completes our options in a shell. */
@Command(
        name = "completion",
        description = "Prints a completion script for bash and zsh.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(espalier completion)                                     in this shell, bash or zsh",
            "  espalier completion > ~/.local/share/bash-completion/completions/espalier",
            "  alias espalier='java -jar bench/target/espalier.jar'              what the script completes"
        })
final class CompletionCommand implements Runnable {
    @Spec CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().println(AutoComplete.bash("espalier", spec.root().commandLine()));
    }
}
