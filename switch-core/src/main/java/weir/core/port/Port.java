// SPDX-License-Identifier: Apache-2.0
package weir.core.port;

import java.util.List;
import weir.core.frame.Offload;

/**
 * Something that frames come from and go to: an interface, a ring, a file. A port has one or more
 * queues, each served by one worker of the switch that it is attached to.
 *
 * <p>Life: constructed open (the interface exists, nothing flows), attached to one switch (each queue
 * is attached on its worker's thread), detached, closed. A port that was detached can not be attached
 * again. Methods are for control threads and may block, but for {@link #mtuBytes}.
 */
public interface Port extends AutoCloseable {
    /** The spec that would make this port again, such as {@code tap:t1?netns=/run/netns/a}. */
    String spec();

    /**
     * Largest payload of an untagged Ethernet frame in bytes, as Linux counts an interface's MTU:
     * without the 14 bytes of header and without FCS. A frame of {@code mtuBytes() + 14} bytes fits.
     * Workers ask on the packet path, so it is a plain read of what the port knows.
     */
    int mtuBytes();

    /**
     * Work that may be left to this port, as a set of {@link weir.core.frame.Offload}'s features. Frames that ask for
     * more are completed before the port's queues get them; frames that ask for no more reach them as they came. Never
     * changes.
     */
    default int offloads() {
        return Offload.NONE;
    }

    /** Current state; transitions are also told through {@link QueueContext#stateChanged}. */
    PortState state();

    /** The queues, 1 or more; the list never changes. */
    List<? extends PortQueue> queues();

    /**
     * Frames that the system behind the port dropped after it had taken them (a TAP whose reader is
     * slow). Not part of the switch's own law; shown beside it as {@code peer_dropped}.
     */
    default long peerDropped() {
        return 0;
    }

    /** Frees what the port holds. Every queue has been detached, or never attached. Idempotent. */
    @Override
    void close();
}
