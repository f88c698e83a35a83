// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapControl;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.RingRecord;

/**
 * What a scenario left.
 *
 * @param runs one for each packet
 * @param records what consumers took out of ring buffers and of rings of perf events, in order, {@link #taken}
 * @param maps by the map's name: value by key, both in hexadecimal; what came out of queues and stacks by
 *     its place
 */
record Outcome(List<Run> runs, List<String> records, SortedMap<String, SortedMap<String, String>> maps) {
    /** Consumers look behind every so many packets, so that rings are full now and then, and come round. */
    private static final int PACKETS_PER_LOOK = 2;

    /**
     * One packet.
     *
     * @param failure empty, or why there was no run to the end
     * @param data metadata and frame afterwards
     */
    record Run(String failure, int returnValue, Bytes data, int metadataBytes) {}

    Outcome {
        runs = List.copyOf(runs);
        records = List.copyOf(records);
    }

    /** Whether consumers look behind a packet. */
    static boolean isLookedAt(int packet, int packets) {
        return packet % PACKETS_PER_LOOK == PACKETS_PER_LOOK - 1 || packet == packets - 1;
    }

    /** A record of a ring buffer: the map, where it began, its first word, its data. */
    static String taken(MapSpec map, RingRecord record) {
        return map.name() + " " + record.position() + " " + Integer.toHexString(record.head()) + " " + record.data();
    }

    /** A perf event: the map, its data with the zeros behind them. */
    static String taken(MapSpec map, Bytes event) {
        return map.name() + " event " + event;
    }

    /** Whether contents of such maps are compared: those that programs write and that have no order. */
    static boolean isCompared(MapSpec spec) {
        return switch (spec.type()) {
            case ARRAY, HASH, LRU_HASH, PERCPU_ARRAY, PERCPU_HASH, LRU_PERCPU_HASH, LPM_TRIE, QUEUE, STACK -> true;
            default -> false;
        };
    }

    /**
     * Reads a map; empties queues and stacks.
     *
     * @param cpu whose values of a per-CPU map are meant
     */
    static SortedMap<String, String> contents(MapSpec spec, MapControl map, int cpu) {
        SortedMap<String, String> contents = new TreeMap<>();
        if (spec.keyBytes() == 0) {
            int place = 0;
            while (map.lookupAndDelete(new byte[0], 0) instanceof MapControl.Result.Found(Bytes value)) {
                contents.put(String.format("%04d", place++), value.toString());
            }
            return contents;
        }
        for (MapControl.Entry entry : map.entries()) {
            String value = entry.value().toString();
            if (spec.type().isPerCpu()) {
                int from = 2 * cpu * (spec.valueBytes() + 7 & ~7);
                value = value.substring(from, from + 2 * spec.valueBytes());
            }
            contents.put(entry.key().toString(), value);
        }
        return contents;
    }

    /** The first thing in which the other differs, for people; empty if nothing does. */
    String difference(Outcome other, String thisName, String otherName) {
        for (int i = 0; i < runs.size(); i++) {
            Run mine = runs.get(i);
            Run its = other.runs.get(i);
            if (!mine.equals(its)) {
                return "packet " + i + "\n  " + thisName + ": " + mine + "\n  " + otherName + ": " + its;
            }
        }
        if (!records.equals(other.records)) {
            return "records\n  " + thisName + ": " + records + "\n  " + otherName + ": " + other.records;
        }
        for (String name : maps.keySet()) {
            if (!maps.get(name).equals(other.maps.get(name))) {
                return "map " + name + "\n  " + thisName + ": " + maps.get(name) + "\n  " + otherName + ": "
                        + other.maps.get(name);
            }
        }
        return "";
    }
}
