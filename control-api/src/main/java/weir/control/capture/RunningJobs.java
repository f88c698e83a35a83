// SPDX-License-Identifier: Apache-2.0

package weir.control.capture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import weir.control.plane.ControlException;

/**
 * What goes on for clients until it ends by itself, or is ended: captures, traces. Numbered from 1. Any thread that may
 * wait.
 *
 * @param <J> what goes on
 */
public final class RunningJobs<J extends RunningJobs.Job> implements AutoCloseable {
    private final String many;
    private final int max;
    private final Map<Integer, J> running = new LinkedHashMap<>();
    private final ScheduledExecutorService ends;
    private int begun;

    /**
     * None yet.
     *
     * @param many what several of them are called, in paths, too
     * @param max how many may run at a time
     */
    public RunningJobs(String many, int max) {
        this.many = many;
        this.max = max;
        ends = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon(true).name("weir-" + many).factory());
    }

    /** One of them. */
    public interface Job {
        int id();

        /** Ends it, unless it has ended, and waits until all that it has is written. */
        void end(String why);
    }

    /** Runs what may not run on a job's own thread. */
    public Executor ends() {
        return ends;
    }

    /**
     * Takes up a new one.
     *
     * @param make gets its number
     * @throws ControlException when as many run as may
     */
    public synchronized J admit(IntFunction<J> make) throws ControlException {
        if (running.size() >= max) {
            throw ControlException.conflict(
                    max + " " + many + " run, which is the limit", "end one; GET /v1/" + many + " lists them");
        }
        J job = make.apply(++begun);
        running.put(job.id(), job);
        return job;
    }

    /** Forgets one, which has ended or never began; whether it was known. */
    public synchronized boolean remove(J job) {
        return running.remove(job.id()) != null;
    }

    /** Those that run, oldest first. */
    public synchronized List<J> all() {
        return new ArrayList<>(running.values());
    }

    /** One that runs; null when none of that number does. */
    public synchronized @Nullable J find(int id) {
        return running.get(id);
    }

    /** Ends one for another reason than that somebody asked for it, unless it has ended. */
    public void endIfRunning(int id, String why) {
        J job = find(id);
        if (job != null) {
            job.end(why);
        }
    }

    /** Ends one when its time is over; 0 seconds are no limit. */
    public void endAfter(J job, int seconds) {
        if (seconds > 0) {
            ScheduledFuture<?> _ = ends.schedule(() -> job.end("time is over"), seconds, TimeUnit.SECONDS);
        }
    }

    /** Ends all of them. */
    @Override
    public void close() {
        all().forEach(job -> job.end("the daemon ended"));
        ends.shutdownNow();
    }
}
