// SPDX-License-Identifier: Apache-2.0
package weir.control.run;

import java.util.BitSet;
import weir.core.SwitchConfig;
import weir.core.worker.IdleWait;
import weir.ports.linux.Affinity;
import weir.ports.linux.LinuxException;
import weir.ports.linux.LinuxPoolMemory;
import weir.ports.linux.TimeSlice;
import weir.ports.readiness.EpollIdleWait;

/** A switch's configuration as this operating system allows it. */
public final class HostConfig {
    private HostConfig() {}

    public static boolean isLinux() {
        return System.getProperty("os.name").equals("Linux");
    }

    /**
     * On Linux: waits in epoll, asks for the shortest time slice, so that a worker that wakes up runs soon, and keeps frames on
     * huge pages. Elsewhere: parks, plain memory.
     */
    public static SwitchConfig named(String name) {
        SwitchConfig config = SwitchConfig.named(name);
        if (!isLinux()) {
            return config;
        }
        SwitchConfig linux = config.withPoolMemory(new LinuxPoolMemory());
        return EpollIdleWait.unavailability().isEmpty() ? linux.withIdleWait(HostConfig::epoll) : linux;
    }

    /** {@link #named(String)} with the worker on one CPU. */
    public static SwitchConfig named(String name, int cpu) {
        return named(name).withIdleWait(worker -> {
            pin(cpu);
            return epoll(worker);
        });
    }

    private static IdleWait epoll(Thread worker) {
        try {
            TimeSlice.shortenOfCurrentThread();
        } catch (LinuxException ignored) {
            // A sandbox forbids it, or a kernel does not know it: then the worker waits as long as any thread.
        }
        return new EpollIdleWait(worker);
    }

    /** Memory ports only, no file descriptors: parks, on huge pages where there are some. */
    public static SwitchConfig forMemoryPorts(String name) {
        SwitchConfig config = SwitchConfig.named(name);
        return isLinux() ? config.withPoolMemory(new LinuxPoolMemory()) : config;
    }

    /** {@link #forMemoryPorts} with the worker on one CPU. */
    public static SwitchConfig forMemoryPorts(String name, int cpu) {
        return forMemoryPorts(name).withIdleWait(worker -> {
            pin(cpu);
            return IdleWait.parking(worker);
        });
    }

    /** CPUs that this process may run on; empty where the operating system does not say. */
    public static BitSet allowedCpus() {
        if (!isLinux()) {
            return new BitSet();
        }
        try {
            return Affinity.ofCurrentThread();
        } catch (LinuxException e) {
            return new BitSet();
        }
    }

    private static void pin(int cpu) {
        try {
            Affinity.pinCurrentThread(cpu);
        } catch (LinuxException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
