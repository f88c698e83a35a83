// SPDX-License-Identifier: Apache-2.0

package weir.control.completion;

import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/** A shell that proposals can be made for. */
public enum Shell {
    BASH("bash-completion/completions/weir", BashScript::of),
    ZSH("zsh/site-functions/_weir", ZshScript::of),
    FISH("fish/vendor_completions.d/weir.fish", FishScript::of);

    private final String file;
    private final Function<Outline, String> script;

    Shell(String file, Function<Outline, String> script) {
        this.file = file;
        this.script = script;
    }

    /** Where it looks for the script, below {@code share}. */
    public String file() {
        return file;
    }

    /** A script for this shell. */
    public String script(CommandSpec root) {
        return script.apply(Outline.of(root));
    }
}
