// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir bench}: names the benchmarks. */
@Command(name = "bench", description = "Measures this machine's switch.", synopsisSubcommandLabel = "BENCHMARK")
@Subcommands({
    BenchMemoryCommand.class,
    BenchProgramCommand.class,
    BenchSwapCommand.class,
    BenchShmCommand.class,
    BenchContainerCommand.class,
    BenchTapCommand.class,
    BenchPacketCommand.class,
    BenchXdpCommand.class,
    BenchRfc2544Command.class,
    BenchRfc2889Command.class,
    BenchDaemonCommand.class,
    BenchShmClientCommand.class
})
public final class BenchCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    /** For picocli. */
    public BenchCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no benchmark given");
    }
}
