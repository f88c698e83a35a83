// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import weir.control.machine.ProcFile;

/** CPU time in seconds, as {@code proc(5)} tells it. Time in interrupts is no process's, and processes' time has none of it. */
final class CpuTime {
    /** {@code USER_HZ}, the same on all architectures that there are. */
    private static final double TICKS_PER_SECOND = 100;

    // Columns of the first line of /proc/stat: cpu, user, nice, system, idle, iowait, irq, softirq.
    private static final int INTERRUPT = 6;
    private static final int SOFT_INTERRUPT = 7;

    // Columns of /proc/PID/stat behind the program's name, which may hold spaces: utime and stime.
    private static final int USER = 11;
    private static final int SYSTEM = 12;

    private CpuTime() {}

    /** Of the kernel's own work on all CPUs. */
    static double inInterrupts() {
        return ProcFile.read("/proc/stat")
                .map(text -> sum(text.lines().findFirst().orElseThrow().split("\\s+", -1), INTERRUPT, SOFT_INTERRUPT))
                .orElse(0.0);
    }

    /** Of a process and its threads; 0 when it is no more. */
    static double ofProcess(long pid) {
        return ProcFile.read("/proc/" + pid + "/stat")
                .map(text -> text.substring(text.lastIndexOf(')') + 1).strip())
                .map(text -> sum(text.split(" ", -1), USER, SYSTEM))
                .orElse(0.0);
    }

    private static double sum(String[] columns, int one, int other) {
        return (Long.parseLong(columns[one]) + Long.parseLong(columns[other])) / TICKS_PER_SECOND;
    }
}
