// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import weir.core.port.PortException;
import weir.ports.linux.Affinity;

/** A thread on one CPU; threads that it starts, such as a switch's workers, are there, too. */
final class PinnedThread implements AutoCloseable {
    private final ExecutorService executor = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("weir-bench-traffic").daemon(true).factory());

    /** @param cpu -1: anywhere */
    PinnedThread(int cpu) throws InterruptedException, PortException {
        if (cpu >= 0) {
            await(start(() -> {
                Affinity.pinCurrentThread(cpu);
                return cpu;
            }));
        }
    }

    <T> Future<T> start(Callable<T> work) {
        return executor.submit(work);
    }

    /** What work gave; what it threw, when that is about a port. */
    static <T> T await(Future<T> work) throws InterruptedException, PortException {
        try {
            return work.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PortException refused) {
                throw refused;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    <T> T call(Callable<T> work) throws InterruptedException, PortException {
        return await(start(work));
    }

    /** Work that goes on is interrupted. */
    @Override
    public void close() {
        executor.shutdownNow();
        executor.close();
    }
}
