// SPDX-License-Identifier: Apache-2.0
package weir.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import weir.core.port.PortException;
import weir.core.worker.SwitchWorker;

/**
 * The workers of a switch and their threads, each connected to each other. What is asked of a worker happens between two of
 * its batches; a switch without threads does it at once. Control threads, one at a time.
 */
final class WorkerGroup {
    private static final int JOIN_MILLIS = 30_000;
    private static final int JOIN_SLICE_MILLIS = 100;

    private final SwitchConfig config;
    private final List<SwitchWorker> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** @param maker of a worker by its index */
    WorkerGroup(SwitchConfig config, IntFunction<SwitchWorker> maker) {
        this.config = config;
        for (int i = 0; i < config.workers(); i++) {
            workers.add(maker.apply(i));
        }
        for (SwitchWorker from : workers) {
            for (SwitchWorker to : workers) {
                if (from != to) {
                    from.connectTo(to);
                }
            }
        }
    }

    List<SwitchWorker> all() {
        return Collections.unmodifiableList(workers);
    }

    SwitchWorker first() {
        return workers.getFirst();
    }

    int count() {
        return workers.size();
    }

    /** Starts a thread for each. */
    void start() {
        for (SwitchWorker worker : workers) {
            Thread thread = Thread.ofPlatform()
                    .name("weir-" + config.name() + "-" + worker.index())
                    .daemon(true)
                    .unstarted(worker::run);
            threads.add(thread);
            thread.start();
        }
    }

    /** One round of every worker, in the caller's thread. */
    int runRounds() {
        int work = 0;
        for (int i = 0; i < workers.size(); i++) { // no iterator: rounds are counted on to make no garbage
            work += workers.get(i).runRound();
        }
        return work;
    }

    /** Has a worker do something, and waits for it. */
    <T> T on(SwitchWorker worker, Callable<T> command) throws PortException {
        try {
            return config.threads() ? worker.call(command) : command.call();
        } catch (PortException | RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a worker was at work", e);
        } catch (Exception e) {
            throw new IllegalStateException("worker " + worker.index() + " failed: " + e, e);
        }
    }

    /** The same for what does not fail. */
    <T> T onQuietly(SwitchWorker worker, Callable<T> command) {
        try {
            return on(worker, command);
        } catch (PortException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Has every worker do something, one after another. */
    void onAll(Consumer<SwitchWorker> command) {
        for (SwitchWorker worker : workers) {
            onQuietly(worker, () -> {
                command.accept(worker);
                return true;
            });
        }
    }

    /** Every worker has finished the batch that it was at; one without threads is at none now. */
    void awaitPassage() {
        if (!config.threads()) {
            return;
        }
        int[] passages = workers.stream().mapToInt(SwitchWorker::askForPassage).toArray();
        for (int i = 0; i < passages.length; i++) {
            workers.get(i).awaitPassage(passages[i]);
        }
    }

    /** Ends all; their threads have ended when this returns. */
    void stop() {
        workers.forEach(SwitchWorker::stop);
        if (!config.threads()) {
            workers.forEach(SwitchWorker::run); // stopped already: this only closes what they wait with
        }
        threads.forEach(WorkerGroup::join);
    }

    private static void join(Thread thread) {
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + JOIN_MILLIS * 1_000_000L;
        while (thread.isAlive() && System.nanoTime() - deadline < 0) {
            try {
                thread.join(JOIN_SLICE_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new IllegalStateException("worker " + thread.getName() + " did not stop");
        }
    }
}
