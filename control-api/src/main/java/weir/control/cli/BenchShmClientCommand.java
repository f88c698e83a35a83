// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import weir.control.bench.ShmBenchClient;
import weir.control.bench.ShmBenchSettings;
import weir.ports.shm.client.ShmException;

/** The second process of {@code weir bench shm}; not for people. */
@Command(name = BenchShmClientCommand.NAME, hidden = true, description = "Generator and sink of 'weir bench shm'.")
public final class BenchShmClientCommand implements Callable<Integer> {
    static final String NAME = "shm-client";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "SOCKET", description = "Port to send to.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path from;

    @Parameters(index = "1", paramLabel = "SOCKET", description = "Port to take from.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path to;

    @Option(names = "--bytes", required = true, paramLabel = "N", description = "Length of a frame.")
    private int bytes;

    @Option(names = "--seconds", required = true, paramLabel = "S", description = "Length of a slice.")
    private double seconds;

    @Option(names = "--slices", required = true, paramLabel = "N", description = "Slices.")
    private int slices;

    @Option(names = "--warm-up", required = true, paramLabel = "S", description = "Load before the first slice.")
    private double warmUp;

    @Option(names = "--cpu", required = true, paramLabel = "N", description = "Where to run; -1: anywhere.")
    private int cpu;

    /** For picocli. */
    public BenchShmClientCommand() {}

    @Override
    public Integer call() throws ShmException {
        ShmBenchSettings settings = new ShmBenchSettings(seconds, slices, warmUp, 0, -1, cpu);
        ShmBenchClient.run(from, to, bytes, settings, spec.commandLine().getOut());
        return ExitCode.OK.number();
    }
}
