// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

/**
 * What a capture counted of one port, over all workers. Exact once the capture is closed: {@code matched = captured +
 * lost}, {@code captured = delivered + undelivered}.
 *
 * @param portNumber never used again in a switch's life
 * @param portName when the port was attached
 * @param seen frames of the directions and drops asked for
 * @param matched those that the filter takes
 * @param captured copied
 * @param lost not copied, since the buffer was full
 * @param delivered given to the consumer
 */
public record CaptureCounters(
        int portNumber, String portName, long seen, long matched, long captured, long lost, long delivered) {
    /** Nothing, of no port. */
    public static final CaptureCounters NONE = new CaptureCounters(0, "", 0, 0, 0, 0, 0);

    /** Copied, but not taken by the consumer: it failed before, or has not come to it yet. */
    public long undelivered() {
        return captured - delivered;
    }

    /** Both together; number and name are these. */
    public CaptureCounters plus(CaptureCounters other) {
        return new CaptureCounters(
                portNumber,
                portName,
                seen + other.seen,
                matched + other.matched,
                captured + other.captured,
                lost + other.lost,
                delivered + other.delivered);
    }
}
