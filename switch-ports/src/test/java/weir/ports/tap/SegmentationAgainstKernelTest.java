// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.core.frame.Frame;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.Offload;
import weir.core.frame.PoolConfig;
import weir.core.frame.PoolMemory;
import weir.core.offload.GsoSegmenter;
import weir.core.offload.VirtioNetHeader;
import weir.core.testing.Seeds;
import weir.core.testing.SuperFrame;
import weir.ports.linux.RawSocket;
import weir.ports.testing.Netns;
import weir.ports.testing.QueueDriver;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/**
 * The running kernel as the oracle of segmentation: the same large frame goes through {@link GsoSegmenter}, and by a
 * packet socket out of a TAP that allows no offloads, so that the kernel has to cut it. Every byte of every packet is the
 * same.
 */
@RequiresFeature({Feature.ROOT, Feature.TUN, Feature.NETNS})
class SegmentationAgainstKernelTest {
    private static final int ACCOUNT = 1;

    private final FramePool pool = new FramePool(new PoolConfig(1024, 4, 1024), 1, PoolMemory.anonymous());
    private final FrameStore store = pool.store(0);
    private final VirtioNetHeader reader = new VirtioNetHeader();
    private Netns netns;

    @BeforeEach
    void makeNamespace() {
        netns = new Netns().silent();
    }

    @AfterEach
    void nothingIsLeft() {
        netns.close();
        assertEquals(0, pool.slotsInUse(), "slots in use");
        pool.close();
    }

    @ParameterizedTest
    @EnumSource
    void cutsAsTheKernelDoes(SuperFrame.Kind kind) throws Exception {
        try (TapPort port = TapPort.open("tap:t1?vnet=off&netns=" + netns.path());
                QueueDriver queue = new QueueDriver(port.queues().getFirst());
                RawSocket kernel = RawSocket.open(netns.path(), "t1").withHeaders()) {
            for (long seed : Seeds.of(RunSize.of(400, 20_000))) {
                RandomGenerator random = Seeds.random(seed);
                SuperFrame whole = SuperFrame.random(random, kind, SuperFrame.Variety.ALL);
                String what = "seed " + seed + ", " + whole;

                assertSameFrames(cutByKernel(kernel, queue, whole), cut(whole), what);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void completesChecksumsAsTheKernelDoes(SuperFrame.Kind kind) throws Exception {
        var variety = new SuperFrame.Variety(2, 1, 600, true);
        try (TapPort port = TapPort.open("tap:t1?vnet=off&netns=" + netns.path());
                QueueDriver queue = new QueueDriver(port.queues().getFirst());
                RawSocket kernel = RawSocket.open(netns.path(), "t1").withHeaders()) {
            for (long seed : Seeds.of(RunSize.of(200, 10_000))) {
                SuperFrame whole = SuperFrame.random(Seeds.random(seed), kind, variety);
                if (whole.frame().length <= 1_500) {
                    byte[] header = whole.header().clone();
                    header[1] = 0; // not to be cut
                    SuperFrame uncut = new SuperFrame(kind, header, whole.frame(), whole.tags(), whole.headerBytes());

                    assertSameFrames(cutByKernel(kernel, queue, uncut), cut(uncut), "seed " + seed + ", " + uncut);
                }
            }
        }
    }

    private static void assertSameFrames(List<byte[]> expected, List<byte[]> actual, String what) {
        assertEquals(expected.size(), actual.size(), "packets of " + what);
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "packet " + i + " of " + what);
        }
    }

    private static List<byte[]> cutByKernel(RawSocket socket, QueueDriver queue, SuperFrame whole) throws Exception {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(whole.header());
        both.writeBytes(whole.frame());
        socket.send(both.toByteArray());
        List<byte[]> packets = new ArrayList<>();
        for (List<byte[]> some = queue.receive(64); !some.isEmpty(); some = queue.receive(64)) {
            packets.addAll(some);
        }
        return packets;
    }

    private List<byte[]> cut(SuperFrame whole) {
        int length = whole.frame().length;
        long frame = Frame.withLength(store.allocateLarge(ACCOUNT), length);
        long address = pool.address(frame);
        pool.bytes(frame).copyFrom(MemorySegment.ofArray(whole.frame()));
        MemorySegment header = MemorySegment.ofArray(whole.header());
        pool.memory()
                .asSlice(Frame.position(frame) - VirtioNetHeader.BYTES, VirtioNetHeader.BYTES)
                .copyFrom(header);
        long offload = reader.read(address - VirtioNetHeader.BYTES, address, length, pool.offset(frame));
        assertTrue(offload > 0, () -> "offload " + Long.toHexString(offload) + " of " + whole);
        assertTrue(Offload.isTakenBy(offload, Offload.ALL), "features");

        GsoSegmenter segmenter = new GsoSegmenter(store);
        int count = segmenter.open(pool.withOffload(frame, offload));
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long packet = segmenter.next(ACCOUNT);
            packets.add(pool.bytes(packet).toArray(ValueLayout.JAVA_BYTE));
            store.release(packet);
        }
        segmenter.close();
        return packets;
    }
}
