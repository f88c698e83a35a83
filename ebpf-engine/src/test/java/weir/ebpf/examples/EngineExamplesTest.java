// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import weir.ebpf.map.RingBuffer;
import weir.ebpf.memory.Mem;
import weir.ebpf.testing.Packets;
import weir.ebpf.xdp.XdpAction;

/** The examples in the interpreter. */
class EngineExamplesTest implements HeaderExamples, PolicyExamples, ForwardingExamples, VerifierIdioms {
    @Override
    public Subject load(byte[] file) {
        return new EngineSubject(file);
    }

    @Test
    void sampleEventsCarryTimePortLengthAndTheFramesStart() {
        byte[] frame = Packets.ethernet(Hosts.ALICE, Hosts.BOB, Packets.IPV4, new byte[86]);
        frame[99] = 1;
        try (EngineSubject subject = (EngineSubject) example("sample_events")) {
            subject.run("sample_events", frame, 7, XdpAction.PASS);
            subject.run("sample_events", Arrays.copyOf(frame, 20), 2, XdpAction.PASS);
            List<byte[]> records = new ArrayList<>();
            ((RingBuffer) subject.liveMap("events"))
                    .consume(
                            (address, bytes) -> {
                                byte[] copy = new byte[Math.toIntExact(bytes)];
                                Mem.copyTo(address, copy, 0, copy.length);
                                records.add(copy);
                            },
                            10);
            assertEquals(2, records.size());
            assertEvent(records.get(0), 7, 100, Arrays.copyOf(frame, 64));
            assertEvent(records.get(1), 2, 20, Arrays.copyOf(frame, 20));
        }
    }

    private static void assertEvent(byte[] record, int port, int frameBytes, byte[] start) {
        ByteBuffer event = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(80, record.length);
        assertEquals(1_000_000_000L, event.getLong());
        assertEquals(port, event.getInt());
        assertEquals(frameBytes, event.getShort());
        assertEquals(start.length, event.getShort());
        byte[] padded = new byte[64];
        event.get(padded);
        assertEquals(ByteBuffer.wrap(Arrays.copyOf(start, 64)), ByteBuffer.wrap(padded));
    }
}
