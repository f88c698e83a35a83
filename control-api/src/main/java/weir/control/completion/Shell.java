// SPDX-License-Identifier: Apache-2.0

package weir.control.completion;

import picocli.CommandLine.Model.CommandSpec;

/** A shell that proposals can be made for. */
public enum Shell {
    BASH("bash-completion/completions/weir"),
    ZSH("zsh/site-functions/_weir"),
    FISH("fish/vendor_completions.d/weir.fish");

    private final String file;

    Shell(String file) {
        this.file = file;
    }

    /** Where it looks for the script, below {@code share}. */
    public String file() {
        return file;
    }

    /** A script for this shell. */
    public String script(CommandSpec root) {
        Outline outline = Outline.of(root);
        return switch (this) {
            case BASH -> BashScript.of(outline);
            case ZSH -> ZshScript.of(outline);
            case FISH -> FishScript.of(outline);
        };
    }
}
