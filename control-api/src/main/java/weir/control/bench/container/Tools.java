// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import weir.control.machine.ChildProcess;
import weir.control.machine.Commands;

/** Programs of others that the benchmark uses, and where commands run: in which namespace, on which CPU. */
final class Tools {
    private static final int LIMIT_SECONDS = 30;
    private static final Map<String, String> PACKAGES = new TreeMap<>(Map.of(
            "ip", "iproute2",
            "iperf3", "iperf3",
            "nsenter", "util-linux",
            "setpriv", "util-linux",
            "taskset", "util-linux",
            "unshare", "util-linux"));

    private Tools() {}

    /** That all are there. */
    static void require() throws BenchFailure {
        for (Map.Entry<String, String> each : PACKAGES.entrySet()) {
            if (Commands.find(each.getKey()).isEmpty()) {
                throw new BenchFailure(
                        "bench container needs the program '" + each.getKey() + "', which is not on the PATH",
                        "install it, for example: apt install " + each.getValue());
            }
        }
    }

    /** A command that must succeed; what it printed. */
    static String run(List<String> command) throws BenchFailure, InterruptedException {
        return run(command, LIMIT_SECONDS);
    }

    static String run(List<String> command, int seconds) throws BenchFailure, InterruptedException {
        ChildProcess.Outcome outcome = ChildProcess.run(command, seconds, TimeUnit.SECONDS);
        if (outcome.exitCode() != 0) {
            throw new BenchFailure(
                    "'" + String.join(" ", command) + "' failed: " + outcome.firstLine(),
                    "'weir doctor' shows what this machine lacks");
        }
        return outcome.output();
    }

    /** The command on one CPU; anywhere for -1. */
    static List<String> onCpu(int cpu, List<String> command) {
        return cpu < 0 ? command : concat(List.of("taskset", "--cpu-list", Integer.toString(cpu)), command);
    }

    /** The command in the network namespace of a process. */
    static List<String> inNetworkOf(long pid, List<String> command) {
        return concat(List.of("nsenter", "--target=" + pid, "--net"), command);
    }

    /**
     * The command for a process that ends with this one, however this one ends, but not at Ctrl-C. To be started by a thread
     * that lives as long as it should. It stays in this one's session, whose share of the CPUs it has then.
     */
    static List<String> bound(String signal, List<String> command) {
        List<String> all = concat(
                List.of("sh", "-c", "trap '' INT; exec \"$@\"", "sh"), List.of("setpriv", "--pdeathsig", signal));
        return concat(all, command);
    }

    static List<String> concat(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
