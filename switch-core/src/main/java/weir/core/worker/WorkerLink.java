// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import weir.core.ring.SpscRing;

/**
 * Sending end of the ring from this worker to another. Frames leave the last words of the ring free, so
 * that FDB news still find room when frames do not; news that find none are sent again by a walk over
 * the whole table.
 */
final class WorkerLink {
    private static final int NEWS_RESERVE_WORDS = 64;

    private final SpscRing.Producer ring;
    private final Doorbell bell;
    private boolean dirty;
    private boolean newsLost;

    WorkerLink(SpscRing.Producer ring, Doorbell bell) {
        this.ring = ring;
        this.bell = bell;
    }

    /** Sends exclusive frames for a port; false when there is no room, then nothing was sent. */
    boolean sendFrames(int portIndex, long[] frames, int from, int count) {
        int needed = count + 1 + NEWS_RESERVE_WORDS;
        if (ring.room(needed) < needed) {
            return false;
        }
        ring.put(WorkerMessage.header(WorkerMessage.FRAMES, count, portIndex));
        ring.put(frames, from, count);
        dirty = true;
        return true;
    }

    /** Sends one frame to be flooded to the receiver's ports; false when there is no room. */
    boolean sendFlood(int ingressIndex, int vlanWord, long frame) {
        int needed = 2 + NEWS_RESERVE_WORDS;
        if (ring.room(needed) < needed) {
            return false;
        }
        ring.put(WorkerMessage.header(WorkerMessage.FLOOD, 1, WorkerMessage.floodArgument(ingressIndex, vlanWord)));
        ring.put(frame);
        dirty = true;
        return true;
    }

    /** Tells of a learned address; when there is no room the loss is remembered. */
    void sendLearned(long key, int portIndex) {
        sendNews(WorkerMessage.LEARNED, key, portIndex);
    }

    /** Tells where a flapping address is held. */
    void sendHeld(long key, int portIndex) {
        sendNews(WorkerMessage.HELD, key, portIndex);
    }

    private void sendNews(int kind, long key, int portIndex) {
        if (ring.room(2) < 2) {
            newsLost = true;
            return;
        }
        ring.put(WorkerMessage.header(kind, 1, portIndex));
        ring.put(key);
        dirty = true;
    }

    /** Whether the receiver keeps up well enough for news that can wait. */
    boolean hasRoomForNews() {
        return ring.room(2 * NEWS_RESERVE_WORDS) >= 2 * NEWS_RESERVE_WORDS;
    }

    /** Whether news were lost since the last call. */
    boolean takeNewsLost() {
        boolean lost = newsLost;
        newsLost = false;
        return lost;
    }

    /** Makes what was sent visible; true when the receiver's bell must be rung after a fence. */
    boolean publish() {
        if (!dirty) {
            return false;
        }
        dirty = false;
        ring.publish();
        return true;
    }

    void ringAfterFence() {
        bell.ringAfterFence();
    }
}
