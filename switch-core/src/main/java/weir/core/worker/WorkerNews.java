// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weir.core.fdb.Fdb;
import weir.core.fdb.FdbListener;
import weir.core.fdb.MacAddress;

/** Tells the other workers what one learned, and again what a full ring lost. On the worker's thread. */
final class WorkerNews implements FdbListener {
    private static final int NOTHING_LOST = -1;

    private final int worker;
    private final @Nullable WorkerLink[] links;
    private final WorkerEvents events;
    private final int[] resyncFrom;

    /** @param links to the other workers by their index, filled in before any runs; null to itself */
    WorkerNews(int worker, @Nullable WorkerLink[] links, WorkerEvents events) {
        this.worker = worker;
        this.links = links;
        this.events = events;
        resyncFrom = new int[links.length];
        Arrays.fill(resyncFrom, NOTHING_LOST);
    }

    @Override
    public void learned(long key, int portIndex) {
        for (WorkerLink link : links) {
            if (link != null) {
                link.sendLearned(key, portIndex);
            }
        }
    }

    @Override
    public void flapping(long key, int heldAtPortIndex) {
        for (WorkerLink link : links) {
            if (link != null) {
                link.sendHeld(key, heldAtPortIndex);
            }
        }
        events.macFlap(Fdb.vlanOf(key), key & MacAddress.MASK, heldAtPortIndex);
    }

    /**
     * Tells workers whose ring was full again of every address learned or held here, as many as there is room for now.
     *
     * @return whether anything is to be sent
     */
    boolean resync(Fdb fdb, PortTable table) {
        boolean isAny = false;
        for (int other = 0; other < links.length; other++) {
            WorkerLink link = links[other];
            if (link == null) {
                continue;
            }
            if (link.takeNewsLost()) {
                resyncFrom[other] = 0;
            }
            if (resyncFrom[other] != NOTHING_LOST) {
                resyncFrom[other] = resend(link, resyncFrom[other], fdb, table);
                isAny = true;
            }
        }
        return isAny;
    }

    /** Returns where to go on, {@link #NOTHING_LOST} at the end. */
    private int resend(WorkerLink link, int from, Fdb fdb, PortTable table) {
        int position = fdb.nextDynamic(from);
        while (position >= 0 && link.hasRoomForNews()) {
            long key = fdb.keyAt(position);
            int at = fdb.portAt(position);
            PortEntry port = table.at(at);
            boolean held = fdb.isHeldAt(position);
            if (port != null && (held || port.transmitterFor(worker) == worker)) {
                link.sendLearned(key, at);
            }
            if (held) {
                link.sendHeld(key, at); // wherever the port is: who found that the address flaps is not known
            }
            position = fdb.nextDynamic(position + 1);
        }
        return position;
    }
}
