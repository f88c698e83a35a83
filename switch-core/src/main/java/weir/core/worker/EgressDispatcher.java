// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameCopies;
import weir.core.frame.FrameRows;
import weir.core.frame.FrameStore;
import weir.core.frame.Offload;
import weir.core.frame.Verdict;

/**
 * Scatters a decided batch: frames are grouped by destination, then each destination that was touched
 * is served once. The cost follows the destinations touched, never the number of ports.
 */
final class EgressDispatcher {
    /** Every port takes frames of this size: the smallest MTU that IPv4 allows, and a header. */
    private static final int ALWAYS_FITS_BYTES = 68 + Frame.ETHERNET_HEADER_BYTES;

    private final int worker;
    private final FrameStore store;
    private final TagRewriter tags;
    private final @Nullable WorkerLink[] links;
    private final FrameRows rows;
    private final EgressRings rings = new EgressRings();
    private final FloodPlan plan;
    private @Nullable EgressTarget[] targets = {};
    private PortCells[] cells = {};
    private PortTable table = new PortTable(List.of());
    private int longest;
    private boolean anyOffload;
    private final EgressOffloads offloads;
    private final CapturePoint captures;
    private final TracePoint traces;
    private final EgressOffloads.Outlet toRing = this::writeToRing;

    EgressDispatcher(
            int worker,
            FrameStore store,
            @Nullable WorkerLink[] links,
            int batchCapacity,
            CapturePoint captures,
            TracePoint traces) {
        this.worker = worker;
        this.store = store;
        this.links = links;
        tags = new TagRewriter(store);
        rows = new FrameRows(batchCapacity);
        plan = new FloodPlan(links.length);
        this.captures = captures;
        this.traces = traces;
        offloads = new EgressOffloads(store, batchCapacity, captures);
    }

    /** Takes up a new port table; between batches only. */
    void adopt(PortTable newTable, @Nullable EgressTarget[] newTargets, PortCells[] newCells) {
        table = newTable;
        targets = newTargets;
        cells = newCells;
        rows.reserve(newTargets.length);
        rings.adopt(newTargets);
    }

    /** Stages every frame of a decided batch, or drops it: {@link #sendStaged} comes next. The batch keeps none. */
    void dispatch(FrameBatch batch) {
        longest = batch.maxLengthBytes();
        anyOffload = batch.hasOffloads();
        int n = batch.size();
        if (batch.hasVlans() || !batch.copies().isEmpty()) {
            sendClones(batch);
            int i = 0;
            while (i < n) {
                i = dispatchSome(batch, i, n);
            }
        } else if (batch.isUniform() && dispatchUniform(batch, n)) {
            // as with a program that sends everything the same way
        } else if (rings.any()) {
            dispatchToRings(batch, n);
        } else {
            // Rows cannot overflow: they are empty when a batch begins, and each frame comes once at most into each.
            int[] verdicts = batch.verdicts();
            long[] frames = batch.frames();
            int i = rows.add(verdicts, frames, 0, n);
            while (i < n) {
                i = rows.add(verdicts, frames, dispatchSome(batch, i, n), n);
            }
        }
    }

    /** Frames that all go to one ring, or are dropped for the same reason; false when they are neither. */
    private boolean dispatchUniform(FrameBatch batch, int n) {
        int verdict = batch.verdicts()[0];
        if (verdict >= 0) {
            boolean isPlain = !anyOffload && rings.allFit(longest);
            return isPlain && rings.any() && rings.rings().addAll(verdict, batch.frames(), 0, n);
        }
        if (!Verdict.isDrop(verdict)) {
            return false;
        }
        for (int run = 0; run < batch.runs(); run++) {
            int start = batch.runStart(run);
            int count = batch.runEnd(run) - start;
            drop(batch.frames(), start, count, verdict, batch.runIngress(run));
        }
        return true;
    }

    private void dispatchToRings(FrameBatch batch, int n) {
        int[] verdicts = batch.verdicts();
        long[] frames = batch.frames();
        boolean allFit = rings.allFit(longest) && !anyOffload;
        int i = 0;
        while (i < n) {
            if (allFit) {
                i = rings.rings().add(verdicts, frames, i, n);
            }
            if (i < n) {
                i = dispatchSome(batch, i, n);
            }
        }
    }

    /** After a fault: forgets what is staged. Who holds those frames is not known; lost is better than doubled. */
    void abandon() {
        rows.clear();
        rings.rings().forgetUnpublished();
        offloads.abandon();
        longest = 0;
        anyOffload = false;
    }

    private void stage(int port, long frame) {
        if (rings.rings().has(port)) {
            writeToRing(target(port), frame);
            return;
        }
        if (rows.isFull(port)) {
            sendEarly(port);
        }
        rows.add(port, frame);
    }

    private void writeToRing(EgressTarget target, long frame) {
        if (isOversize(target, frame)) {
            refuseAtEgress(target, frame, DropReason.OVERSIZE);
        } else if (anyOffload && !offloads.isTaken(target, frame)) {
            offloads.complete(target, frame, toRing);
        } else if (!rings.rings().add(target.port.index(), frame)) {
            refuseAtEgress(target, frame, DropReason.QUEUE_FULL);
        }
    }

    /** Frames that are to be cut count by the packets that come of them. */
    private boolean isOversize(EgressTarget target, long frame) {
        int length = Frame.length(frame);
        if (length <= target.port.maxFrameBytes()) {
            return false;
        }
        int packetBytes = Frame.hasOffload(frame) ? offloads.packetBytes(frame) : length;
        return packetBytes > target.port.maxFrameBytes() && !target.port.fits(packetBytes, tags.tags(frame));
    }

    /** A row is full before the batch ends: floods and copies can give a port more than a batch. */
    private void sendEarly(int port) {
        sendRow(port);
        VarHandle.fullFence();
        flush(port);
        rows.forget(port);
    }

    /** One frame, or as many as are dropped alike; returns the index behind. */
    private int dispatchSome(FrameBatch batch, int i, int n) {
        int verdict = batch.verdicts()[i];
        long frame = batch.frames()[i];
        int ingress = batch.ingress()[i];
        if (verdict >= 0) {
            stageTagged(verdict, frame, batch.vlans()[i], ingress);
        } else if (verdict == Verdict.FLOOD) {
            flood(frame, ingress, batch.vlans()[i]);
        } else if (verdict == Verdict.COPIES) {
            sendCopies(batch.copies(), i, ingress);
        } else {
            return drop(batch, i, n);
        }
        return i + 1;
    }

    /** Copies that programs asked for beside their verdicts. */
    private void sendClones(FrameBatch batch) {
        FrameCopies copies = batch.copies();
        for (int c = 0; c < copies.clones(); c++) {
            int i = copies.cloneOrigin(c);
            int ingress = batch.ingress()[i];
            cells[ingress].clones(1);
            send(copies.cloneFrame(c), copies.cloneVerdict(c), batch.vlans()[i], ingress);
        }
    }

    /** Each destination of a frame that a program sends to several places. */
    private void sendCopies(FrameCopies copies, int i, int ingress) {
        int first = copies.first(i);
        int count = copies.count(i);
        cells[ingress].clones(count - 1);
        for (int place = first; place < first + count; place++) {
            send(copies.frame(place), copies.verdict(place), copies.vlan(place), ingress);
        }
    }

    /** One copy; without a frame its verdict is a drop. */
    private void send(long frame, int verdict, int vlanWord, int ingress) {
        if (verdict >= 0) {
            longest = Math.max(longest, Frame.length(frame));
            stageTagged(verdict, frame, vlanWord, ingress);
            return;
        }
        cells[ingress].dropDecided(Verdict.reason(verdict), 1);
        if (frame >= 0) {
            captures.droppedIn(ingress, Verdict.reason(verdict), frame);
            store.release(frame);
        }
    }

    /** Frames of one port that are dropped for the same reason; returns the index behind. */
    private int drop(FrameBatch batch, int from, int n) {
        int verdict = batch.verdicts()[from];
        int ingress = batch.ingress()[from];
        int end = from + 1;
        while (end < n && batch.verdicts()[end] == verdict && batch.ingress()[end] == ingress) {
            end++;
        }
        drop(batch.frames(), from, end - from, verdict, ingress);
        return end;
    }

    private void drop(long[] frames, int from, int count, int verdict, int ingress) {
        if (Verdict.isRefusal(verdict)) {
            cells[ingress].decided(-count);
            cells[ingress].dropIngress(Verdict.reason(verdict), count);
        } else {
            cells[ingress].dropDecided(Verdict.reason(verdict), count);
        }
        captures.droppedIn(ingress, Verdict.reason(verdict), frames, from, count);
        store.release(frames, from, count);
    }

    // ---- tags -----------------------------------------------------------------------------------

    private void stageTagged(int port, long frame, int vlanWord, int ingress) {
        EgressTarget target = targets[port];
        if (target == null || !target.port.treatsVlans() || vlanWord == 0) {
            stage(port, frame);
            return;
        }
        int vlan = FrameBatch.vlanId(vlanWord);
        if (!target.port.isMember(vlan)) {
            refuseAtEgress(target, frame, DropReason.VLAN_DENIED);
            return;
        }
        boolean tagged = (vlanWord & FrameBatch.TAGGED) != 0;
        long fitting = target.port.sendsTagged(vlan) == tagged ? frame : convert(frame, vlan, tagged, ingress);
        if (fitting < 0) {
            refuseAtEgress(target, frame, DropReason.NO_BUFFER);
        } else {
            stageUnhopped(target, fitting, vlan);
        }
    }

    /** A second tag must not come to light where the VLAN leaves untagged, a trunk's native one included. */
    private void stageUnhopped(EgressTarget target, long frame, int vlan) {
        if (!target.port.sendsTagged(vlan) && tags.isTagged(frame)) {
            refuseAtEgress(target, frame, DropReason.VLAN_DENIED);
        } else {
            longest = Math.max(longest, Frame.length(frame));
            stage(target.port.index(), frame);
        }
    }

    private long convert(long frame, int vlan, boolean tagged, int ingress) {
        return tagged ? tags.pop(frame, ingress) : tags.push(frame, vlan, ingress);
    }

    private void refuseAtEgress(EgressTarget target, long frame, DropReason reason) {
        target.cells.enqueued(1);
        target.cells.dropEgress(reason, 1);
        captures.droppedOut(target.port.index(), reason, frame);
        store.release(frame);
    }

    // ---- floods ---------------------------------------------------------------------------------

    /** Sends a frame to every port of its VLAN but the ingress port, on all workers. */
    private void flood(long frame, int ingress, int vlanWord) {
        plan.clear();
        int vlan = FrameBatch.vlanId(vlanWord);
        for (PortEntry port : table.floodCandidates(vlan)) {
            if (port.index() != ingress && port.isMember(vlan)) {
                plan.add(port, port.transmitterFor(worker), worker, vlanWord);
            }
        }
        int remotes = plan.remotes();
        int copies = plan.locals() + remotes;
        if (copies == 0) {
            cells[ingress].dropDecided(DropReason.NO_DESTINATION, 1);
            captures.droppedIn(ingress, DropReason.NO_DESTINATION, frame);
            store.release(frame);
            return;
        }
        long shared = frame;
        if (remotes > 0 && !(store.isOwn(frame) && store.isExclusive(frame))) {
            shared = store.copy(frame, ingress);
            if (shared < 0) {
                cells[ingress].dropDecided(DropReason.NO_BUFFER, 1);
                captures.droppedIn(ingress, DropReason.NO_BUFFER, frame);
                store.release(frame);
                return;
            }
            store.release(frame);
        }
        cells[ingress].floodCopies(copies - 1);
        store.share(shared, copies - 1);
        sendRemoteFloods(shared, ingress, vlanWord);
        fanOut(shared, ingress, vlanWord);
    }

    private void sendRemoteFloods(long frame, int ingress, int vlanWord) {
        for (int other = 0; other < links.length; other++) {
            WorkerLink link = links[other];
            if (link == null || !plan.reaches(other)) {
                continue;
            }
            if (link.sendFlood(ingress, vlanWord, frame)) {
                traces.floodedTo(other, ingress, FrameBatch.vlanId(vlanWord));
            } else {
                cells[ingress].dropDecided(DropReason.WORKER_BACKLOG, 1);
                captures.droppedIn(ingress, DropReason.WORKER_BACKLOG, frame);
                store.release(frame);
            }
        }
    }

    /** A flood that another worker began: this worker's share of the ports, for one hold on the frame. */
    void floodFrom(int sender, long frame, int ingress, int vlanWord) {
        note(frame);
        plan.clear();
        int vlan = FrameBatch.vlanId(vlanWord);
        for (PortEntry port : table.floodCandidates(vlan)) {
            if (port.index() != ingress && port.isMember(vlan) && port.transmitterFor(sender) == worker) {
                plan.add(port, worker, worker, vlanWord);
            }
        }
        store.adoptShared(frame, Math.max(1, plan.locals()));
        if (plan.locals() == 0) {
            cells[ingress].dropDecided(DropReason.NO_DESTINATION, 1);
            captures.droppedIn(ingress, DropReason.NO_DESTINATION, frame);
            store.release(frame);
            return;
        }
        cells[ingress].floodCopies(plan.locals() - 1);
        fanOut(frame, ingress, vlanWord);
    }

    /** Stages the planned local copies; the frame has one hold for each of them. */
    private void fanOut(long frame, int ingress, int vlanWord) {
        for (int i = 0; i < plan.asIs(); i++) {
            EgressTarget target = target(plan.asIsPort(i));
            if (vlanWord == 0) {
                stage(target.port.index(), frame);
            } else {
                stageUnhopped(target, frame, FrameBatch.vlanId(vlanWord));
            }
        }
        int others = plan.converted();
        if (others == 0) {
            return;
        }
        // Ports that want the other form of tag share one converted copy: give up their holds but one,
        // let that one become the copy, and share it again.
        for (int i = 1; i < others; i++) {
            store.release(frame);
        }
        boolean tagged = (vlanWord & FrameBatch.TAGGED) != 0;
        long converted = convert(frame, FrameBatch.vlanId(vlanWord), tagged, ingress);
        if (converted < 0) {
            refuseConversions(frame, others);
            return;
        }
        store.share(converted, others - 1);
        for (int i = 0; i < others; i++) {
            stageUnhopped(target(plan.convertedPort(i)), converted, FrameBatch.vlanId(vlanWord));
        }
    }

    private void refuseConversions(long frame, int others) {
        for (int i = 0; i < others; i++) {
            EgressTarget target = target(plan.convertedPort(i));
            target.cells.enqueued(1);
            target.cells.dropEgress(DropReason.NO_BUFFER, 1);
            captures.droppedOut(target.port.index(), DropReason.NO_BUFFER, frame);
        }
        store.release(frame);
    }

    private EgressTarget target(int port) {
        EgressTarget target = targets[port];
        if (target == null) {
            throw new IllegalStateException("port index " + port + " has no target");
        }
        return target;
    }

    /** Takes notice of a frame of another worker. */
    private void note(long frame) {
        longest = Math.max(longest, Frame.length(frame));
        anyOffload |= Frame.hasOffload(frame);
    }

    // ---- serving destinations -------------------------------------------------------------------

    /** Serves all rows, then wakes whoever sleeps behind them with one fence for all. */
    void sendStaged() {
        int touched = rows.touched();
        for (int t = 0; t < touched; t++) {
            sendRow(rows.touchedGroup(t));
        }
        rings.publish(cells);
        boolean anyLink = publishLinks();
        if (touched == 0 && rings.rings().touched() == 0 && !anyLink) {
            store.publishReturns();
            return;
        }
        VarHandle.fullFence();
        rings.wake(targets);
        for (int t = 0; t < touched; t++) {
            flush(rows.touchedGroup(t));
        }
        if (anyLink) {
            ringLinks();
        }
        rows.forgetTouched();
        longest = 0;
        anyOffload = false;
        store.publishReturns();
    }

    private void flush(int port) {
        EgressTarget target = targets[port];
        if (target != null) {
            target.flush();
        }
    }

    private boolean publishLinks() {
        boolean any = false;
        for (WorkerLink link : links) {
            any |= link != null && link.publish();
        }
        return any;
    }

    private void ringLinks() {
        for (WorkerLink link : links) {
            if (link != null) {
                link.ringAfterFence();
            }
        }
    }

    private void sendRow(int port) {
        int row = rows.first(port);
        int n = rows.count(port);
        rows.empty(port);
        EgressTarget target = targets[port];
        if (target == null) {
            dropDetached(port, row, n);
            return;
        }
        if (longest > ALWAYS_FITS_BYTES && target.isLocal() && longest > target.port.maxFrameBytes()) {
            n = dropOversize(target, row, n);
        }
        if (n == 0) {
            return;
        }
        if (anyOffload && target.isLocal() && target.port.offloads() != Offload.ALL) {
            offloads.send(target, rows.words(), row, n);
        } else {
            target.send(rows.words(), row, n);
        }
    }

    /** The port is being detached, or not every worker knows it yet, and the database led here all the same. */
    private void dropDetached(int port, int row, int count) {
        cells[port].enqueued(count);
        cells[port].dropEgress(DropReason.PORT_DOWN, count);
        captures.droppedOut(port, DropReason.PORT_DOWN, rows.words(), row, count);
        store.release(rows.words(), row, count);
    }

    private int dropOversize(EgressTarget target, int first, int count) {
        long[] words = rows.words();
        int kept = first;
        for (int i = first; i < first + count; i++) {
            long frame = words[i];
            if (isOversize(target, frame)) {
                refuseAtEgress(target, frame, DropReason.OVERSIZE);
            } else {
                words[kept++] = frame;
            }
        }
        return kept - first;
    }

    /** Frames that another worker decided for a port of this one. */
    void deliver(int port, long[] frames, int count) {
        EgressTarget target = port < targets.length ? targets[port] : null;
        boolean here = target != null && target.isLocal();
        if (!here) {
            captures.droppedOut(port, DropReason.PORT_DOWN, frames, 0, count);
        }
        for (int i = 0; i < count; i++) {
            long frame = frames[i];
            store.adopt(frame);
            if (here) {
                note(frame);
                stage(port, frame);
            } else {
                store.release(frame);
            }
        }
        if (!here) {
            cells[port].enqueued(count);
            cells[port].dropEgress(DropReason.PORT_DOWN, count);
        }
    }
}
