// SPDX-License-Identifier: Apache-2.0
package weir.core.testing;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FramePool;
import weir.core.offload.VirtioNetHeader;
import weir.core.port.Port;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;

/**
 * A port with a header about offloads in front of each frame, whose outside is the test: what {@link #send} takes comes
 * in as if a machine had sent it, and what goes out is kept with the header that it left with.
 */
public final class OffloadPort implements Port {
    private final int offloads;
    private final int mtuBytes;
    private final Queue queue = new Queue();
    private final Deque<SuperFrame> arriving = new ArrayDeque<>();
    private final List<Sent> sent = new ArrayList<>();

    /**
     * What left the switch.
     *
     * @param header {@code struct virtio_net_hdr}
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Sent(byte[] header, byte[] frame) {
        /** Whether work is left to the receiver. */
        public boolean isOffloaded() {
            return header[0] != 0 || header[1] != 0;
        }
    }

    /** @param offloads what the port takes of work left to it */
    public OffloadPort(int offloads, int mtuBytes) {
        this.offloads = offloads;
        this.mtuBytes = mtuBytes;
    }

    public void send(SuperFrame frame) {
        arriving.add(frame);
    }

    /** What left since the last call. */
    public List<Sent> takeSent() {
        List<Sent> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    @Override
    public String spec() {
        return "offload:";
    }

    @Override
    public int mtuBytes() {
        return mtuBytes;
    }

    @Override
    public int offloads() {
        return offloads;
    }

    @Override
    public PortState state() {
        return PortState.UP;
    }

    @Override
    public List<Queue> queues() {
        return List.of(queue);
    }

    @Override
    public void close() {
        arriving.clear();
    }

    /** The only queue. */
    public final class Queue implements PortQueue {
        private final VirtioNetHeader header = new VirtioNetHeader();
        private final MemorySegment headerBytes = Arena.ofAuto().allocate(VirtioNetHeader.BYTES);
        private @Nullable QueueContext context;

        private QueueContext context() {
            QueueContext known = context;
            if (known == null) {
                throw new AssertionError("not attached");
            }
            return known;
        }

        @Override
        public void attach(QueueContext lent) {
            context = lent;
        }

        @Override
        public int receive(FrameBatch batch, int from, int budgetFrames) {
            int n = 0;
            while (n < budgetFrames && !arriving.isEmpty()) {
                long frame = frame(arriving.remove());
                if (frame >= 0) {
                    batch.frames()[from + n++] = frame;
                    if (Frame.hasOffload(frame)) {
                        batch.noteOffloads();
                    }
                }
            }
            return n;
        }

        private long frame(SuperFrame arrived) {
            FramePool pool = context().frames().pool();
            int length = arrived.frame().length;
            long empty = context().frames().allocateFor(context().account(), length);
            if (empty < 0) {
                return drop(DropReason.NO_BUFFER, length);
            }
            long frame = Frame.withLength(empty, length);
            pool.bytes(frame).copyFrom(MemorySegment.ofArray(arrived.frame()));
            headerBytes.copyFrom(MemorySegment.ofArray(arrived.header()));
            long offload = header.read(headerBytes.address(), pool.address(frame), length, pool.offset(frame));
            if (offload == VirtioNetHeader.BAD) {
                context().frames().release(frame);
                return drop(DropReason.BAD_OFFLOAD, length);
            }
            return offload == 0 ? frame : pool.withOffload(frame, offload);
        }

        private long drop(DropReason reason, int lengthBytes) {
            context().cells().received(1, lengthBytes);
            context().cells().dropIngress(reason, 1);
            return -1;
        }

        @Override
        public void transmit(long[] frames, int from, int count) {
            FramePool pool = context().frames().pool();
            for (int i = from; i < from + count; i++) {
                header.write(headerBytes.address(), pool, frames[i]);
                sent.add(new Sent(
                        headerBytes.toArray(ValueLayout.JAVA_BYTE),
                        pool.bytes(frames[i]).toArray(ValueLayout.JAVA_BYTE)));
                context().cells().transmitted(1, Frame.length(frames[i]));
            }
            context().frames().release(frames, from, count);
        }

        @Override
        public void flush() {
            // What was sent is with the test already.
        }

        @Override
        public boolean hasInput() {
            return !arriving.isEmpty();
        }

        @Override
        public void detach() {
            context = null;
        }
    }
}
