// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir program}: names the commands for eBPF programs. */
@Command(
        name = "program",
        description = {
            "Verifies, shows and runs eBPF programs (XDP) out of object files, and has the daemon run them.",
            "",
            "verify, disasm and run need no daemon, no root, and work on any OS; the others ask the daemon.",
            "",
            "A program that the verifier rejects is not run, unless --unverified is given: an interpreter that checks every"
                    + " access runs it then."
        },
        synopsisSubcommandLabel = "COMMAND")
@Subcommands({
    ProgramVerifyCommand.class,
    ProgramDisasmCommand.class,
    ProgramRunCommand.class,
    ProgramLoadCommand.class,
    LiveProgramCommands.Unload.class,
    LiveProgramCommands.ListAll.class,
    LiveProgramCommands.Show.class,
    LiveProgramCommands.Stats.class,
    LiveProgramCommands.Log.class
})
public final class ProgramCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    /** For picocli. */
    public ProgramCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }
}
