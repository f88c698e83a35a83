// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.Arrays;
import weir.control.machine.ProcFile;

/**
 * What the kernel has counted at one interface: {@code /proc/PID/net/dev}.
 *
 * @param received frames
 * @param receiveDropped frames that came and were dropped
 * @param transmitDropped frames that were to be sent and were dropped
 */
record InterfaceCounters(long received, long receiveDropped, long transmitDropped) {
    private static final InterfaceCounters NONE = new InterfaceCounters(0, 0, 0);

    // Columns behind the name: bytes, packets, errs, drop, fifo, frame, compressed, multicast; the same for sending.
    private static final int RECEIVED = 1;
    private static final int RECEIVE_DROPPED = 3;
    private static final int TRANSMIT_DROPPED = 11;

    /** Of an interface in the namespace of a process; all zero when it is not there. */
    static InterfaceCounters of(long pid, String name) {
        return ProcFile.read("/proc/" + pid + "/net/dev")
                .flatMap(text -> text.lines()
                        .map(String::strip)
                        .filter(line -> line.startsWith(name + ":"))
                        .findFirst())
                .map(line -> parse(line.substring(line.indexOf(':') + 1)))
                .orElse(NONE);
    }

    private static InterfaceCounters parse(String columns) {
        long[] values = Arrays.stream(columns.strip().split("\\s+", -1))
                .mapToLong(Long::parseLong)
                .toArray();
        return new InterfaceCounters(values[RECEIVED], values[RECEIVE_DROPPED], values[TRANSMIT_DROPPED]);
    }

    InterfaceCounters plus(InterfaceCounters other) {
        return new InterfaceCounters(
                received + other.received,
                receiveDropped + other.receiveDropped,
                transmitDropped + other.transmitDropped);
    }
}
