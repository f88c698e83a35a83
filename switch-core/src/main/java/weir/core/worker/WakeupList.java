// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import weir.core.ring.CacheLinePadded;

/**
 * The doorbells that rang since the worker last looked, as an intrusive stack (R. K. Treiber, IBM RJ
 * 5118, 1986), and the flag that says the worker sleeps. Pushing never allocates; a bell is on the
 * stack at most once, because only the thread that takes its parked flag pushes it. The consumer takes
 * the whole stack at once, so the ABA problem does not arise.
 */
final class WakeupList extends CacheLinePadded {
    private static final VarHandle HEAD;
    private static final VarHandle ASLEEP;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HEAD = lookup.findVarHandle(WakeupList.class, "head", Doorbell.class);
            ASLEEP = lookup.findVarHandle(WakeupList.class, "asleep", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private @Nullable Doorbell head;
    private int asleep;
    private final Runnable wakeup;

    WakeupList(Runnable wakeup) {
        this.wakeup = wakeup;
    }

    /** Any thread: announces a bell and wakes the worker when it sleeps. */
    void push(Doorbell bell) {
        Doorbell old;
        do {
            old = (Doorbell) HEAD.getOpaque(this);
            bell.next = old;
        } while (!HEAD.compareAndSet(this, old, bell)); // pairs with takeAll
        wakeIfAsleep();
    }

    /** Any thread, after it announced something: wakes the worker when it sleeps. */
    void wakeIfAsleep() {
        VarHandle.fullFence(); // pairs with goToSleep: a volatile store alone does not order a later opaque load
        if ((int) ASLEEP.getOpaque(this) != 0) {
            wakeup.run();
        }
    }

    boolean isEmpty() {
        return HEAD.getAcquire(this) == null;
    }

    /** Worker: takes all bells, linked by {@link Doorbell#next}. */
    @Nullable
    Doorbell takeAll() {
        if (HEAD.getOpaque(this) == null) {
            return null;
        }
        return (Doorbell) HEAD.getAndSet(this, null);
    }

    /** Worker: from now on every push wakes. A full fence follows the store. */
    void goToSleep() {
        ASLEEP.setOpaque(this, 1);
        VarHandle.fullFence();
    }

    /** Worker: awake again. */
    void wakeUp() {
        ASLEEP.setOpaque(this, 0);
    }
}
