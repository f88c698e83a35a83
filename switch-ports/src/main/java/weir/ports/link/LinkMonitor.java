// SPDX-License-Identifier: Apache-2.0
package weir.ports.link;

import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import weir.ports.Threads;
import weir.ports.linux.Errno;
import weir.ports.linux.Fd;
import weir.ports.linux.LinkChange;
import weir.ports.linux.LinkEvents;
import weir.ports.linux.LinkInfo;
import weir.ports.linux.LinuxException;
import weir.ports.linux.RouteSocket;

/**
 * Watches the interfaces of all ports of the process, from one daemon thread that lives as long as there
 * are such ports.
 *
 * <pre>
 *  netlink: a link changed ----> look at the ports with that index
 *  every 500 ms -------------->  look at up to 128 ports in turn, at the others only whether they are there
 *
 *  look:  LinkBinding.requirePresent         what the port holds says that its interface is GONE
 *         LinkBinding.place                  name or number that the interface has now, and its namespace
 *         RTM_GETLINK                        state, MTU, statistics
 * </pre>
 *
 * <p>Only what the port holds decides that an interface is gone. A "deleted" event does not: moving to
 * another namespace looks the same from the old one. No descriptor of another namespace stays open
 * longer than one look, since it would keep a deleted namespace alive.
 *
 * <p>One look at a TAP costs 6 to 8 system calls, 22 us here and 25 us in another namespace; asking
 * whether it is there costs 1.3 us. So a sweep over 1,000 ports takes 5 ms, 1 % of a core.
 */
public final class LinkMonitor implements Runnable {
    private static final long SWEEP_NANOS = 500_000_000;
    private static final int NANOS_PER_MILLI = 1_000_000;
    private static final int LOOKS_PER_SWEEP = 128;
    private static final int MAX_TRACKED_INDEX = 1 << 20;

    private static @Nullable LinkMonitor current;

    private final LinkEvents events;
    private final RouteSocket route;
    private final long ownNamespace;
    private final List<WatchedLink> links = new CopyOnWriteArrayList<>();
    private final Thread thread;
    // Guards the route socket, and keeps a port's descriptor open while it is asked about.
    private final ReentrantLock asking = new ReentrantLock();
    private final BitSet changed = new BitSet();
    private int turn;
    private int users = 1;
    private volatile boolean stopping;

    private LinkMonitor(LinkEvents events, RouteSocket route, long ownNamespace) {
        this.events = events;
        this.route = route;
        this.ownNamespace = ownNamespace;
        thread = new Thread(this, "weir-link-monitor");
        thread.setDaemon(true);
    }

    /** The process's monitor, started if there is none; {@link #release} it once. */
    public static synchronized LinkMonitor acquire() throws LinuxException {
        LinkMonitor running = current;
        if (running != null) {
            running.users++;
            return running;
        }
        LinkMonitor started = start();
        current = started;
        started.thread.start();
        return started;
    }

    private static LinkMonitor start() throws LinuxException {
        long ownNamespace;
        try (Fd own = Fd.openForReading("/proc/self/ns/net")) {
            ownNamespace = own.inode();
        }
        RouteSocket route = RouteSocket.open();
        try {
            return new LinkMonitor(LinkEvents.open(), route, ownNamespace);
        } catch (LinuxException e) {
            route.close();
            throw e;
        }
    }

    /** Gives up one use; the last one ends the thread and waits for it. */
    public void release() {
        synchronized (LinkMonitor.class) {
            if (--users > 0) {
                return;
            }
            current = null;
        }
        stopping = true;
        events.wakeup();
        if (Thread.currentThread() != thread) {
            Threads.joinUninterruptibly(thread);
        }
        // Not by the thread itself when it ends: wakeup() could then write to a number that is reused.
        events.close();
        route.close();
    }

    void watch(WatchedLink link) {
        links.add(link);
    }

    /** Afterwards the link's binding is not used here any more. */
    void unwatch(WatchedLink link) {
        asking.lock(); // waits for the look that may be going on
        try {
            links.remove(link);
        } finally {
            asking.unlock();
        }
    }

    /** The interfaces that are watched now. */
    public List<WatchedLink> links() {
        return links;
    }

    /** Id of a namespace for {@link LinkPlace}; our own one is told from the others by its inode. */
    public int namespaceId(Fd namespace) throws LinuxException {
        asking.lock();
        try {
            return namespace.inode() == ownNamespace ? RouteSocket.OWN_NAMESPACE : route.namespaceId(namespace);
        } finally {
            asking.unlock();
        }
    }

    /** The interface at a place, or null when there is none. */
    public @Nullable LinkInfo find(LinkPlace place) throws LinuxException {
        asking.lock();
        try {
            return place.isNumbered()
                    ? route.find(place.index(), place.namespaceId())
                    : route.find(place.name(), place.namespaceId());
        } finally {
            asking.unlock();
        }
    }

    /** All interfaces of a namespace. */
    public List<LinkInfo> all(int namespaceId) throws LinuxException {
        asking.lock();
        try {
            return route.links(namespaceId);
        } finally {
            asking.unlock();
        }
    }

    /** Changes an interface of the process's own namespace. */
    public void change(LinkInfo link, LinkChange change) throws LinuxException {
        asking.lock();
        try {
            route.change(link, change);
        } finally {
            asking.unlock();
        }
    }

    /** Looks at an interface now. Blocks shortly; not for workers. */
    void refresh(WatchedLink link) {
        look(link, true);
    }

    /**
     * @param whole false: only find out whether the interface is still there
     */
    private void look(WatchedLink link, boolean whole) {
        if (!lookOnce(link, whole)) {
            lookOnce(link, whole); // or else with the next event, or in half a second
        }
    }

    /** False when the port noticed something itself meanwhile. */
    private boolean lookOnce(WatchedLink link, boolean whole) {
        LinkPlace place = null;
        LinkInfo info = null;
        boolean lost = false;
        long number = 0;
        asking.lock();
        try {
            if (link.isOver()) {
                return true;
            }
            link.binding().requirePresent();
            if (whole) {
                number = link.beginLook();
                place = link.binding().place(this);
                info = find(place);
                lost = info == null && place.isNumbered();
            }
        } catch (LinuxException e) {
            // Anything else passes: a rename in between, or no right to look there.
            lost = e.errno() == Errno.EBADFD || e.errno() == Errno.ENODEV;
        } finally {
            asking.unlock();
        }
        // Not under the lock: who is told may close the port, or wait for a thread that does.
        if (lost) {
            link.lost();
        }
        return lost || info == null || place == null || link.observed(number, info, place.isHere());
    }

    /** Bit of an interface number; numbers beyond all reason share one. */
    private static int trackedIndex(int linkIndex) {
        return Math.clamp(linkIndex, 0, MAX_TRACKED_INDEX);
    }

    @Override
    public void run() {
        long nextSweep = System.nanoTime();
        while (!stopping) {
            nextSweep = step(nextSweep);
        }
    }

    /** Waits for events or for the time of the next sweep, looks, and returns when to sweep next. */
    private long step(long nextSweep) {
        long left = nextSweep - System.nanoTime();
        if (left > 0) {
            events.await((int) (left / NANOS_PER_MILLI) + 1);
        }
        changed.clear();
        boolean complete = events.read(index -> changed.set(trackedIndex(index)));
        boolean sweep = !complete || System.nanoTime() - nextSweep >= 0;
        int position = 0;
        int count = links.size();
        for (WatchedLink link : links) {
            boolean inTurn = Math.floorMod(position++ - turn, Math.max(count, 1)) < LOOKS_PER_SWEEP;
            if (changed.get(trackedIndex(link.info().index())) || (sweep && inTurn)) {
                lookSafely(link, true);
            } else if (sweep) {
                lookSafely(link, false);
            }
        }
        if (!sweep) {
            return nextSweep;
        }
        turn = count == 0 ? 0 : (turn + LOOKS_PER_SWEEP) % count;
        return System.nanoTime() + SWEEP_NANOS;
    }

    /** One port's trouble, or that of whoever hears of its state, must not end the watch over the others. */
    private void lookSafely(WatchedLink link, boolean whole) {
        try {
            look(link, whole);
        } catch (RuntimeException | Error defect) {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, defect);
        }
    }
}
