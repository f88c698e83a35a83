// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weir.ebpf.DeterministicHost;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.RingBuffer;

/** Records that programs hand to control code, by map: counts all of them and keeps the first ones. */
final class EventLog {
    /** Records that are copied out of a ring buffer at once; a program can fill it with more than there is memory for. */
    private static final int AT_ONCE = 1024;

    /** Bytes of a record that are shown. */
    private static final int MAX_BYTES = 256;

    private final int maxRecords;
    private final Map<String, Tally> byMap = new TreeMap<>();

    /** @param maxRecords that are kept of each map */
    EventLog(int maxRecords) {
        this.maxRecords = maxRecords;
    }

    private static final class Tally {
        private final List<ReplayReport.EventRecord> records = new ArrayList<>();
        private long count;
        private long discarded;
    }

    /** Takes what the host and the ring buffers hold; the frame is the one that it came with. */
    void take(long frame, DeterministicHost host, Collection<EbpfMap> maps) {
        for (DeterministicHost.Event event : host.takeEvents()) {
            byte[] packet = event.frame().toArray();
            add(event.map(), frame, event.cpu(), event.data().toArray(), packet.length == 0 ? null : packet);
        }
        for (EbpfMap map : maps) {
            if (map instanceof RingBuffer ring) {
                read(frame, ring);
            }
        }
    }

    private void read(long frame, RingBuffer ring) {
        String name = ring.spec().name();
        List<RingBuffer.Taken> records = ring.take(AT_ONCE);
        while (!records.isEmpty()) {
            records.forEach(record -> add(name, frame, record));
            records = ring.take(AT_ONCE);
        }
    }

    private void add(String ring, long frame, RingBuffer.Taken record) {
        if (record.data() != null) {
            add(ring, frame, null, record.data().toArray(), null);
        } else {
            Tally tally = tally(ring);
            tally.discarded++;
            keep(tally, new ReplayReport.EventRecord(frame, null, record.lengthBytes(), null, null, true));
        }
    }

    private void add(String map, long frame, @Nullable Integer cpu, byte[] bytes, byte @Nullable [] packet) {
        Tally tally = tally(map);
        tally.count++;
        keep(
                tally,
                new ReplayReport.EventRecord(
                        frame, cpu, bytes.length, hex(bytes), packet == null ? null : hex(packet), false));
    }

    private Tally tally(String map) {
        return byMap.computeIfAbsent(map, name -> new Tally());
    }

    private void keep(Tally tally, ReplayReport.EventRecord record) {
        if (tally.records.size() < maxRecords) {
            tally.records.add(record);
        }
    }

    private static String hex(byte[] bytes) {
        return "0x" + HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, MAX_BYTES))
                + (bytes.length > MAX_BYTES ? "..." : "");
    }

    /** What was seen, by name of the map. */
    Map<String, ReplayReport.Events> events() {
        Map<String, ReplayReport.Events> events = new TreeMap<>();
        byMap.forEach((map, tally) -> events.put(
                map,
                new ReplayReport.Events(
                        tally.count,
                        tally.discarded,
                        tally.count + tally.discarded - tally.records.size(),
                        List.copyOf(tally.records))));
        return events;
    }
}
