// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Work inside another network namespace. A namespace is a thread's attribute ({@code setns(2)}), and
 * whatever a thread opens there stays there; so the thread that enters is one of its own and ends with
 * the work, and what comes back, a socket for instance, may be used by any thread.
 *
 * <p>Needs CAP_SYS_ADMIN. Nothing on the packet path does this.
 */
public final class NetworkNamespace {
    private static final int CLONE_NEWNET = 0x4000_0000;

    private static final MethodHandle SETNS = Libc.function("setns", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle UNSHARE = Libc.function("unshare", JAVA_INT, JAVA_INT);

    private NetworkNamespace() {}

    /**
     * Runs work inside a namespace and waits for it.
     *
     * @param path of the namespace, such as {@code /run/netns/blue}
     * @throws LinuxException when the namespace cannot be entered
     * @throws ExecutionException when the work fails
     */
    public static <T> T call(String path, Callable<T> work)
            throws LinuxException, ExecutionException, InterruptedException {
        try (Fd namespace = Fd.openForReading(path)) {
            return onOwnThread(() -> {
                enter(path, namespace);
                return work.call();
            });
        }
    }

    /** Makes a namespace that lasts as long as this call, to see whether this process may. */
    static void probeCreation() throws LinuxException, InterruptedException {
        try {
            onOwnThread(() -> {
                leave();
                return true;
            });
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private static <T> T onOwnThread(Callable<T> work) throws LinuxException, ExecutionException, InterruptedException {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofPlatform().name("weir-netns").daemon(true).start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinuxException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static void enter(String path, Fd namespace) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            Fd.check("setns " + path, (int) SETNS.invokeExact(state, namespace.number(), CLONE_NEWNET), state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    private static void leave() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            Fd.check("unshare(CLONE_NEWNET)", (int) UNSHARE.invokeExact(state, CLONE_NEWNET), state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }
}
