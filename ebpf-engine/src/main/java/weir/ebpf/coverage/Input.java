// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.coverage;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import weir.ebpf.map.Bytes;

/**
 * What a program is given: a frame, what maps hold before, and what its surroundings are like.
 *
 * @param ingressPort {@code ingress_ifindex}
 * @param queue {@code rx_queue_index}
 * @param entries of the scratch maps beside those that the object brings; no value: no entry
 * @param startNanos what the clock shows at first
 * @param stepNanos that the clock goes on each time it is read
 * @param answer of the host, where it is asked for a random number or a route
 * @param isScarce whether rings and hash tables are full and there is no room around the frame
 */
public record Input(
        Bytes frame,
        int ingressPort,
        int queue,
        Map<Place, Bytes> entries,
        long startNanos,
        long stepNanos,
        OptionalInt answer,
        boolean isScarce) {
    /** Programs subtract from it what maps hold. */
    private static final long START_NANOS = 1L << 50;

    private static final long STEP_NANOS = 1_000;

    public Input {
        entries = Map.copyOf(entries);
    }

    /**
     * An entry's place.
     *
     * @param map index of the object's map
     * @param key empty for maps without keys
     */
    public record Place(int map, Bytes key) {}

    /** A frame that comes in at port 1, over empty maps. */
    static Input of(byte[] frame) {
        return new Input(Bytes.of(frame), 1, 0, Map.of(), START_NANOS, STEP_NANOS, OptionalInt.empty(), false);
    }

    Input withFrame(byte[] other) {
        return new Input(Bytes.of(other), ingressPort, queue, entries, startNanos, stepNanos, answer, isScarce);
    }

    Input withPort(int other) {
        return new Input(frame, other, queue, entries, startNanos, stepNanos, answer, isScarce);
    }

    Input withQueue(int other) {
        return new Input(frame, ingressPort, other, entries, startNanos, stepNanos, answer, isScarce);
    }

    Input with(Place place, Bytes value) {
        Map<Place, Bytes> more = new HashMap<>(entries);
        more.put(place, value);
        return new Input(frame, ingressPort, queue, more, startNanos, stepNanos, answer, isScarce);
    }

    Input without(Place place) {
        Map<Place, Bytes> fewer = new HashMap<>(entries);
        fewer.remove(place);
        return new Input(frame, ingressPort, queue, fewer, startNanos, stepNanos, answer, isScarce);
    }

    Input withStep(long nanos) {
        return new Input(frame, ingressPort, queue, entries, startNanos, nanos, answer, isScarce);
    }

    Input withStart(long nanos) {
        return new Input(frame, ingressPort, queue, entries, nanos, stepNanos, answer, isScarce);
    }

    Input withAnswer(int number) {
        return new Input(frame, ingressPort, queue, entries, startNanos, stepNanos, OptionalInt.of(number), isScarce);
    }

    Input withScarcity(boolean scarce) {
        return new Input(frame, ingressPort, queue, entries, startNanos, stepNanos, answer, scarce);
    }
}
