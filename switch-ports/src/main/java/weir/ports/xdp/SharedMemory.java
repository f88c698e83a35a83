// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import weir.core.frame.Frame;
import weir.core.frame.FramePool;
import weir.ports.linux.Errno;
import weir.ports.linux.LinuxException;
import weir.ports.linux.XdpSocket;

/**
 * Makes the small slots of a switch's pool the memory (UMEM) of all its AF_XDP sockets. The first socket
 * registers it, so the kernel pins the pages once; each further one binds with {@code XDP_SHARED_UMEM} to
 * any that is bound now. So a frame that one socket received lies where another can send it from.
 *
 * <p>The memory stays registered as long as one socket of the pool is open, whichever came first. Any
 * thread.
 */
final class SharedMemory {
    /** A queue can have a new socket when a work item of the kernel has cleared up behind the last one. */
    private static final int BUSY_TRIES = 200;

    private static final long BUSY_PAUSE_NANOS = 1_000_000;
    private static final int BIND_FLAGS = XdpSocket.COPY | XdpSocket.USE_NEED_WAKEUP;

    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Map<FramePool, List<XdpSocket>> MEMBERS = new HashMap<>();

    private SharedMemory() {}

    /**
     * Binds a socket that has its rings to a queue, on the memory of a pool.
     *
     * @throws LinuxException as {@link XdpSocket#bind} and {@link XdpSocket#registerMemory}
     */
    static void join(FramePool pool, XdpSocket socket, int interfaceIndex, int queue) throws LinuxException {
        LOCK.lock();
        try {
            List<XdpSocket> members = MEMBERS.getOrDefault(pool, List.of());
            if (!joinOneOf(members, socket, interfaceIndex, queue)) {
                socket.registerMemory(pool.baseAddress(), pool.smallSlotsEnd(), Frame.SLOT_UNIT_BYTES);
                bindPatiently(socket, interfaceIndex, queue, null);
            }
            MEMBERS.computeIfAbsent(pool, _ -> new ArrayList<>()).add(socket);
        } finally {
            LOCK.unlock();
        }
    }

    private static boolean joinOneOf(List<XdpSocket> members, XdpSocket socket, int interfaceIndex, int queue)
            throws LinuxException {
        for (XdpSocket member : members) {
            try {
                bindPatiently(socket, interfaceIndex, queue, member);
                return true;
            } catch (LinuxException e) {
                if (e.errno() != Errno.EBADF) { // that one's interface is gone: try the next
                    throw e;
                }
            }
        }
        return false;
    }

    private static void bindPatiently(XdpSocket socket, int interfaceIndex, int queue, @Nullable XdpSocket shareWith)
            throws LinuxException {
        for (int attempt = 1; ; attempt++) {
            try {
                socket.bind(interfaceIndex, queue, BIND_FLAGS, shareWith);
                return;
            } catch (LinuxException e) {
                if (e.errno() != Errno.EBUSY || attempt == BUSY_TRIES) {
                    throw e;
                }
                LockSupport.parkNanos(BUSY_PAUSE_NANOS);
            }
        }
    }

    /** Forgets a socket that is about to be closed. */
    static void leave(FramePool pool, XdpSocket socket) {
        LOCK.lock();
        try {
            List<XdpSocket> members = MEMBERS.get(pool);
            if (members != null && members.remove(socket) && members.isEmpty()) {
                MEMBERS.remove(pool);
            }
        } finally {
            LOCK.unlock();
        }
    }
}
