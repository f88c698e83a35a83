// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import weir.ports.linux.Affinity;
import weir.ports.linux.LinuxException;
import weir.ports.shm.client.ShmClient;
import weir.ports.shm.client.ShmException;

/** Generator and sink of the shared-memory benchmark, in a process of their own. */
public final class ShmBenchClient {
    private ShmBenchClient() {}

    /**
     * Runs and prints a line {@code slice FRAMES NANOS} for each slice, and {@code end SENT RECEIVED}.
     *
     * @throws IllegalStateException when the switch does not do its part
     */
    public static void run(Path first, Path second, int frameBytes, ShmBenchSettings settings, PrintWriter print)
            throws ShmException {
        pin(settings.clientCpu());
        try (ShmClient from = ShmClient.connect(first);
                ShmClient to = ShmClient.connect(second)) {
            ShmLoad.teach(from, to);
            ShmLoad load = new ShmLoad(from, to, frameBytes);
            exchange(load, settings.warmUpSeconds());
            for (int i = 0; i < settings.slices(); i++) {
                long before = load.got();
                long start = System.nanoTime();
                Standstill standstill = new Standstill();
                do {
                    exchange(load, settings.seconds());
                } while (standstill.lasts(load.got() - before));
                long end = System.nanoTime();
                print.println("slice " + (load.got() - before) + " " + (end - start));
                print.flush();
            }
            load.drain();
            print.println("end " + load.sent() + " " + load.got());
            print.flush();
        }
    }

    /** The calling thread stays there; anywhere when it is negative. */
    static void pin(int cpu) {
        if (cpu >= 0) {
            try {
                Affinity.pinCurrentThread(cpu);
            } catch (LinuxException e) {
                throw new IllegalStateException(e.getMessage(), e);
            }
        }
    }

    private static void exchange(ShmLoad load, double seconds) {
        long deadline = System.nanoTime() + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        do {
            load.exchange();
        } while (System.nanoTime() - deadline < 0);
    }
}
