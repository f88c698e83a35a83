// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.process;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import weir.control.machine.ChildProcess;

/** Commands of a benchmark, and where they run: in which namespace, on which CPU. */
public final class Tools {
    private static final int LIMIT_SECONDS = 30;

    private Tools() {}

    /** A command that must succeed; what it printed. */
    public static String run(List<String> command) throws BenchFailure, InterruptedException {
        return run(command, LIMIT_SECONDS);
    }

    public static String run(List<String> command, int seconds) throws BenchFailure, InterruptedException {
        ChildProcess.Outcome outcome = ChildProcess.run(command, seconds, TimeUnit.SECONDS);
        if (outcome.exitCode() != 0) {
            throw new BenchFailure(
                    "'" + String.join(" ", command) + "' failed: " + outcome.firstLine(),
                    "'weir doctor' shows what this machine lacks");
        }
        return outcome.output();
    }

    /** The command on one CPU; anywhere for -1. */
    public static List<String> onCpu(int cpu, List<String> command) {
        return cpu < 0 ? command : concat(List.of("taskset", "--cpu-list", Integer.toString(cpu)), command);
    }

    /** The command in the network namespace of a process. */
    public static List<String> inNetworkOf(long pid, List<String> command) {
        return concat(List.of("nsenter", "--target=" + pid, "--net"), command);
    }

    /**
     * The command for a process that ends with this one, however this one ends, but not at Ctrl-C. To be started by a thread
     * that lives as long as it should. It stays in this one's session, whose share of the CPUs it has then.
     */
    public static List<String> bound(String signal, List<String> command) {
        List<String> all = concat(
                List.of("sh", "-c", "trap '' INT; exec \"$@\"", "sh"), List.of("setpriv", "--pdeathsig", signal));
        return concat(all, command);
    }

    public static List<String> concat(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
