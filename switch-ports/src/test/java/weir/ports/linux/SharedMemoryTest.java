// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature(Feature.LINUX)
class SharedMemoryTest {
    private static final int BYTES = 3 * 4096;

    @TempDir
    Path dir;

    @Test
    void itsSizeIsFixedForEver() throws Exception {
        try (SharedMemory memory = SharedMemory.create("t", BYTES)) {
            Path file = Path.of("/proc/self/fd/" + memory.fd().number());
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                assertThrows(java.io.IOException.class, () -> channel.truncate(0));
            }
            try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
                assertThrows(java.io.IOException.class, () -> opened.setLength(2L * BYTES));
                assertEquals(BYTES, opened.length());
            }
            memory.memory().set(JAVA_LONG, BYTES - 8, 5);
        }
    }

    @Test
    void discardingMakesItZeroForWhoeverHasItMapped() throws Exception {
        Path socket = dir.resolve("s");
        try (SharedMemory made = SharedMemory.create("t", BYTES);
                SharedMemory mapped = handOver(socket, made, BYTES)) {
            made.memory().set(JAVA_LONG, 4096, 77);
            assertEquals(77, mapped.memory().get(JAVA_LONG, 4096));
            made.discard();
            assertEquals(0, mapped.memory().get(JAVA_LONG, 4096));
        }
    }

    @Test
    void memoryThatItsMakerCouldCutShortIsRefused() throws Exception {
        Fd file = Fd.open(dir.resolve("f").toString(), Fd.O_RDWR | 0100);
        assertThrows(LinuxException.class, () -> SharedMemory.of(file, BYTES));
        try (SharedMemory made = SharedMemory.create("t", BYTES)) {
            assertThrows(LinuxException.class, () -> handOver(dir.resolve("s2"), made, 2L * BYTES));
        }
    }

    private static SharedMemory handOver(Path path, SharedMemory made, long wanted) throws LinuxException {
        MemorySegment message = Arena.ofAuto().allocate(8);
        UnixSocket bound = UnixSocket.seqpacket();
        bound.bind(path.toString(), 0600);
        bound.listen(1);
        try (SeqpacketSocket listener = SeqpacketSocket.of(bound);
                SeqpacketSocket client = SeqpacketSocket.connect(path);
                SeqpacketSocket server = listener.accept()) {
            server.send(message, made.fd());
            return SharedMemory.of(client.receive(message).fd(), wanted);
        }
    }
}
