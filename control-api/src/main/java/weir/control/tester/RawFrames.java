// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import weir.core.frame.Frame;
import weir.core.memory.MemoryEndpoint;

/**
 * Sends frames that carry no stamp, since they are too short or broken, and counts those with the same two addresses that
 * come out anywhere. The tester's thread; slow and plain.
 */
public final class RawFrames {
    private static final int ADDRESSES_BYTES = 2 * Stations.ADDRESS_BYTES;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final double NANOS_PER_SECOND = 1e9;

    private final DeviceUnderTest device;

    public RawFrames(DeviceUnderTest device) {
        this.device = device;
    }

    /**
     * What came of it.
     *
     * @param offered frames that the port took
     * @param forwarded frames that came out of any port
     */
    public record Result(long offered, long forwarded) {}

    /** Sends a frame so many times into a port, and waits until nothing has come for a time. */
    public Result send(int port, byte[] frame, int count, double settleSeconds) throws InterruptedException {
        long refusedBefore = device.edge().refused();
        long sent = 0;
        long forwarded = 0;
        for (int i = 0; i < count; i++) {
            sent += put(device.end(port), frame) ? 1 : 0;
            int _ = device.turn();
            forwarded += take(frame);
        }
        long quietSince = device.nanos();
        while (device.nanos() - quietSince < settleSeconds * NANOS_PER_SECOND) {
            if (Thread.interrupted()) {
                throw new InterruptedException("stopped in a trial");
            }
            int _ = device.turn();
            long came = take(frame);
            forwarded += came;
            quietSince = came > 0 ? device.nanos() : quietSince;
        }
        return new Result(sent - (device.edge().refused() - refusedBefore), forwarded);
    }

    private boolean put(MemoryEndpoint end, byte[] bytes) {
        long deadline = device.nanos() + PATIENCE_NANOS;
        long[] one = new long[1];
        while (end.allocate(one, 0, 1) == 0) {
            if (device.nanos() - deadline >= 0) {
                return false;
            }
            int _ = device.turn();
        }
        one[0] = Frame.withLength(one[0], bytes.length);
        end.bytes(one[0]).copyFrom(MemorySegment.ofArray(bytes));
        while (end.enqueue(one, 0, 1) == 0) {
            if (device.nanos() - deadline >= 0) {
                end.release(one, 0, 1);
                return false;
            }
            int _ = device.turn();
        }
        end.ring();
        return true;
    }

    private long take(byte[] sample) {
        long[] one = new long[1];
        long same = 0;
        MemorySegment wanted = MemorySegment.ofArray(sample);
        for (int port = 0; port < device.ports(); port++) {
            MemoryEndpoint end = device.end(port);
            while (end.receive(one, 0, 1) > 0) {
                MemorySegment frame = end.bytes(one[0]);
                boolean isSame = frame.byteSize() >= ADDRESSES_BYTES
                        && MemorySegment.mismatch(frame, 0, ADDRESSES_BYTES, wanted, 0, ADDRESSES_BYTES) < 0;
                same += isSame ? 1 : 0;
                end.release(one, 0, 1);
            }
        }
        return same;
    }
}
