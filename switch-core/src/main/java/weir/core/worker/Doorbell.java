// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import weir.core.ring.CacheLinePadded;

/**
 * Lets a worker stop polling an input without missing what arrives, at the price of one fence per
 * published batch and no system call while the worker is awake.
 *
 * <pre>
 *  producer (any thread)                  worker
 *  -----------------------------          ------------------------------------
 *  publish input (release)                parked = 1
 *  full fence                             full fence
 *  if parked: CAS parked 1 -> 0,          if input is there: parked = 0, go on polling
 *             push on the worker's list,  else leave the input alone
 *             wake the worker if asleep
 * </pre>
 *
 * The two fences order "publish, then look at parked" against "park, then look at the input"
 * (Dekker's pattern): at least one side sees the other's store. The cost of polling follows the inputs
 * that are in use, not the number of ports.
 */
public final class Doorbell extends CacheLinePadded {
    private static final VarHandle PARKED;

    static {
        try {
            PARKED = MethodHandles.lookup().findVarHandle(Doorbell.class, "parked", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final WakeupList wakeups;
    private final WorkerInput input;
    private int parked;

    @Nullable
    Doorbell next;

    Doorbell(WakeupList wakeups, WorkerInput input) {
        this.wakeups = wakeups;
        this.input = input;
    }

    /** Called by the producer after it published input. Any thread; several at once are fine. */
    public void ring() {
        VarHandle.fullFence();
        ringAfterFence();
    }

    /** {@link #ring()} for a caller that has made a full fence since it published. */
    public void ringAfterFence() {
        if ((int) PARKED.getOpaque(this) != 0 && PARKED.compareAndSet(this, 1, 0)) {
            wakeups.push(this);
        }
    }

    WorkerInput input() {
        return input;
    }

    /**
     * Worker: stop polling unless input is there.
     *
     * @return true when the input is parked and the next {@link #ring()} will announce it
     */
    boolean park() {
        PARKED.setOpaque(this, 1);
        VarHandle.fullFence();
        if (!input.hasInput()) {
            return true;
        }
        // A producer may have rung in between and put the bell on the list; then it is found there.
        return !PARKED.compareAndSet(this, 1, 0);
    }
}
