// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import weir.control.run.HostConfig;

/** Where a benchmark runs. */
final class CpuOption {
    @Option(names = "--cpu", paramLabel = "N", description = "Where to run (default: the last one allowed).")
    private @Nullable Integer cpu;

    /** For picocli. */
    CpuOption() {}

    /** The CPU, one that this process may use; -1 where the operating system cannot pin. */
    int read(CommandLine command) {
        BitSet allowed = HostConfig.allowedCpus();
        Integer wanted = cpu;
        if (wanted != null && (wanted < 0 || !allowed.get(wanted))) {
            throw new ParameterException(
                    command, "--cpu " + wanted + " is none of the CPUs that this process may use: " + allowed);
        }
        return wanted != null ? wanted : allowed.length() - 1;
    }
}
