// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A network namespace for the calling thread until it is closed by the same thread: one loopback interface, number 1,
 * MTU 65536, that forwards; no route. So what a program asks for about the network has one answer.
 */
public final class EmptyNetwork implements AutoCloseable {
    /** MTU of a loopback interface, {@code drivers/net/loopback.c}. */
    public static final int MTU_BYTES = 65_536;

    private static final int CLONE_NEWNET = 0x4000_0000;
    private static final Path SETTINGS = Path.of("/proc/sys/net");

    private final int before;

    public EmptyNetwork() {
        try (Arena arena = Arena.ofConfined()) {
            before = NativeCalls.open(arena.allocateFrom("/proc/thread-self/ns/net"));
        }
        NativeCalls.unshare(CLONE_NEWNET);
        try {
            for (String protocol : new String[] {"ipv4", "ipv6"}) {
                Files.writeString(SETTINGS.resolve(protocol).resolve("conf/lo/forwarding"), "1");
            }
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        NativeCalls.enter(before);
        BpfSyscall.close(before);
    }
}
