// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.Arrays;
import java.util.List;
import weir.control.machine.ProcFile;

/** CPU time in seconds, as {@code proc(5)} tells it. */
final class CpuTime {
    /** {@code USER_HZ}, the same on all architectures that there are. */
    private static final double TICKS_PER_SECOND = 100;

    // Columns of a line of /proc/stat behind the name: user, nice, system, idle, iowait, irq, softirq.
    private static final List<Integer> BUSY = List.of(0, 1, 2, 5, 6);

    // Columns of /proc/PID/stat behind the program's name, which may hold spaces: utime and stime.
    private static final int USER = 11;
    private static final int SYSTEM = 12;

    private CpuTime() {}

    /** Of everything that ran on some CPUs, the kernel's own work included; on all of them for an empty list. */
    static double busy(List<Integer> cpus) {
        List<String> names = cpus.isEmpty()
                ? List.of("cpu")
                : cpus.stream().distinct().map(cpu -> "cpu" + cpu).toList();
        return ProcFile.read("/proc/stat").stream()
                .flatMap(String::lines)
                .map(line -> line.split("\\s+", -1))
                .filter(columns -> names.contains(columns[0]))
                .mapToDouble(columns -> BUSY.stream()
                        .mapToLong(column -> Long.parseLong(columns[column + 1]))
                        .sum())
                .sum()
                / TICKS_PER_SECOND;
    }

    /** Of a process and its threads; 0 when it is no more. */
    static double ofProcess(long pid) {
        return ProcFile.read("/proc/" + pid + "/stat")
                .map(text -> text.substring(text.lastIndexOf(')') + 1).strip().split(" ", -1))
                .map(columns -> Arrays.stream(new int[] {USER, SYSTEM})
                                .mapToLong(column -> Long.parseLong(columns[column]))
                                .sum()
                        / TICKS_PER_SECOND)
                .orElse(0.0);
    }
}
