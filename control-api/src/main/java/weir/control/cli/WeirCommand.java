// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root command: names the others, does nothing itself. */
@Command(
        name = "weir",
        description = "A programmable packet switch for the JVM.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = WeirVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:ok",
            "1:failure",
            "2:usage",
            "3:not found",
            "4:program rejected by the verifier",
            "5:daemon unreachable"
        })
@Subcommands({
    DemoCommand.class,
    RunCommand.class,
    DaemonCommand.class,
    HealthcheckCommand.class,
    ApplyCommand.class,
    SwitchCommand.class,
    PortCommand.class,
    FdbCommand.class,
    ProgramCommand.class,
    MapCommand.class,
    LinkCommand.class,
    DockerCommand.class,
    LabCommand.class,
    CaptureCommand.class,
    TraceCommand.class,
    StatsCommand.class,
    TopCommand.class,
    EventsCommand.class,
    BenchCommand.class,
    GenCommand.class,
    SinkCommand.class,
    DoctorCommand.class,
    CompletionCommand.class,
    CompleteCommand.class,
    ShareCommand.class,
    TrainingCommand.class
})
public final class WeirCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    /** For picocli. */
    public WeirCommand() {}

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }
}
