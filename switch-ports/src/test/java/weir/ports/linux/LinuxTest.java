// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import weir.testing.AllocatedBytes;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature(Feature.LINUX)
class LinuxTest {
    @Test
    void errnoReadsAsNameAndText() {
        assertEquals("EBUSY (in use)", Errno.describe(16));
        assertEquals("errno 4711", Errno.describe(4711));
        assertEquals(Errno.UNKNOWN, Errno.of(4711));
        assertEquals(
                Errno.values().length,
                Arrays.stream(Errno.values()).mapToInt(Errno::number).distinct().count());
    }

    @Test
    void failureNamesTheCallItsObjectAndTheErrno() {
        LinuxException e = assertThrows(LinuxException.class, () -> Fd.openForReading("/does/not/exist"));

        assertEquals("open /does/not/exist: ENOENT (no such file)", e.getMessage());
        assertEquals(Errno.ENOENT, e.errno());
    }

    @Test
    void poolMemoryIsZeroAlignedAndWritableToItsEnd() {
        long bytes = (5 << 20) + 2048;
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = new LinuxPoolMemory().reserve(bytes, arena);

            assertEquals(bytes, memory.byteSize());
            assertEquals(0, memory.address() % (2 << 20));
            for (long at = 0; at < bytes; at += 2048) {
                assertEquals(0, memory.get(ValueLayout.JAVA_LONG, at));
            }
            memory.fill((byte) 1);
        }
    }

    @Test
    void poolMemoryThatTheMachineDoesNotHaveIsRefused() {
        try (Arena arena = Arena.ofConfined()) {
            assertThrows(OutOfMemoryError.class, () -> new LinuxPoolMemory().reserve(1L << 46, arena));
        }
    }

    @Test
    void findsTheLoopbackInterfaceAndNothingElseByItsName() throws LinuxException {
        try (RouteSocket route = RouteSocket.open()) {
            LinkInfo loopback = route.find("lo", RouteSocket.OWN_NAMESPACE);

            assertNotNull(loopback);
            assertEquals("lo", loopback.name());
            assertTrue(loopback.index() > 0);
            assertTrue(loopback.mtuBytes() > 0);
            assertFalse(loopback.tap());
            assertNull(route.find("weirt-none", RouteSocket.OWN_NAMESPACE));
        }
    }

    @Test
    @RequiresFeature(Feature.ROOT)
    void kernelsOwnWordsStandInTheMessage() throws LinuxException {
        try (RouteSocket route = RouteSocket.open();
                Fd file = Fd.openForReading("/etc/hostname")) {
            assertFalse(file.isNetworkNamespace());

            LinuxException e = assertThrows(LinuxException.class, () -> route.namespaceId(file));

            assertTrue(e.getMessage().startsWith("RTM_GETNSID: EINVAL (invalid argument), kernel: "), e.getMessage());
        }
    }

    @Test
    void failedWriteTellsItsErrno() throws LinuxException {
        DescriptorIo io = new DescriptorIo();
        try (Fd counter = Fd.eventCounter();
                Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocateFrom(ValueLayout.JAVA_LONG, -2);
            int fd = counter.number();

            assertEquals(-1, DescriptorIo.read(fd, word.address(), 8));
            assertEquals(-Errno.EINVAL.number(), io.write(fd, word.address(), 1));
            assertEquals(8, io.write(fd, word.address(), 8));
            assertEquals(DescriptorIo.EAGAIN, io.write(fd, word.address(), 8));
            assertEquals(8, DescriptorIo.read(fd, word.address(), 8));
        }
    }

    @Test
    void waitingForDescriptorsMakesNoGarbage() throws LinuxException {
        try (Fd counter = Fd.eventCounter();
                PollSet set = PollSet.open(1)) {
            FdWait one = new FdWait(counter.number(), true);
            assertEquals(0, AllocatedBytes.ofRun(1, () -> look(one, set, counter.number())));
        }
    }

    private static void look(FdWait one, PollSet set, int fd) {
        for (int i = 0; i < 10_000; i++) {
            assertSame(FdWait.Found.NOTHING, one.await(0));
            set.clear();
            assertTrue(set.add(fd));
            set.await(0);
        }
    }

    @Test
    void attributesThatDoNotFitEndTheWalk() {
        MemorySegment bytes = MemorySegment.ofArray(new byte[] {7, 0, 3, 0, 't', '1', 0, 0, 40, 0, 4, 0});
        NetlinkLayout.Attributes attributes = new NetlinkLayout.Attributes(bytes);

        assertTrue(attributes.next());
        assertEquals(3, attributes.type());
        assertEquals("t1", attributes.text());
        assertFalse(attributes.next());
    }
}
