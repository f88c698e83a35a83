// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * Puts the calling thread into a network namespace of its own until it is closed by the same thread. The
 * namespace has the loopback interface, number 1, and interfaces with the numbers 2 to {@link
 * #LAST_INTERFACE}, all down: something that {@code ingress_ifindex} and devmaps can name. No frame ever
 * leaves it.
 */
public final class NetworkSandbox implements AutoCloseable {
    /** Number of the last interface; they come in pairs. */
    public static final int LAST_INTERFACE = 9;

    /** {@code CLONE_NEWNET}, {@code uapi/linux/sched.h}. */
    private static final long CLONE_NEWNET = 0x4000_0000L;

    private static final boolean IS_ARM = System.getProperty("os.arch").equals("aarch64");
    private static final long UNSHARE = IS_ARM ? 97 : 272;
    private static final long SETNS = IS_ARM ? 268 : 308;
    private static final long OPENAT = IS_ARM ? 56 : 257;
    private static final MethodHandle SYSCALL = link();

    private final int before;

    public NetworkSandbox() {
        try (Arena arena = Arena.ofConfined()) {
            before = (int) call(OPENAT, 0, arena.allocateFrom("/proc/thread-self/ns/net"), 0);
        }
        call(UNSHARE, CLONE_NEWNET, MemorySegment.NULL, 0);
        for (int number = 2; number < LAST_INTERFACE; number += 2) {
            addPair(number);
        }
    }

    /** A child process begins in the namespace of the thread that starts it. */
    private static void addPair(int number) {
        String text = "link add p%1$d index %1$d type veth peer name p%2$d index %2$d".formatted(number, number + 1);
        try {
            Process process = new ProcessBuilder(("ip " + text).split(" ", -1))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("ip " + text + ": " + output);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        call(SETNS, before, MemorySegment.ofAddress(CLONE_NEWNET), 0);
        BpfSyscall.close(before);
    }

    private static long call(long number, long first, MemorySegment second, long third) {
        long result;
        try {
            result = (long) SYSCALL.invokeExact(number, first, second, third);
        } catch (Throwable t) {
            throw new AssertionError("downcall failed inside the JVM", t);
        }
        if (result < 0) {
            throw new IllegalStateException("system call " + number + " failed");
        }
        return result;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link() {
        // SAFETY: unshare(2) takes flags, setns(2) a descriptor and flags, openat(2) a folder, a string and flags;
        // syscall(2) passes on what it gets, and the string lives until the call is over.
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
    }
}
