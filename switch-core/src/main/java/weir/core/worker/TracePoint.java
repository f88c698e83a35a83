// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.fdb.Fdb;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.Verdict;
import weir.core.link.EmulatedQueue;
import weir.core.link.LinkCounters;
import weir.core.program.ForwardingProgram;
import weir.core.trace.FrameBytes;
import weir.core.trace.FrameTrace;
import weir.core.trace.JavaProgramNote;
import weir.core.trace.TraceDetail;
import weir.core.trace.TraceTap;
import weir.core.trace.TracedEgress;
import weir.core.trace.TracedFrame;

/**
 * Where a worker traces frames for the traces that there are. Takes the frames that are wanted out of their batch and has
 * each decided alone, so that whatever happens meanwhile happens to that frame; who decides tells of it here. Mostly there
 * is no trace, and then it costs a look at one field where something could be told.
 */
final class TracePoint {
    private static final int NOT_ASKED = -1;
    private static final long NANOS_PER_MICRO = 1_000;

    private final int worker;
    private final FrameBatch batch;
    private final FramePool pool;
    private final TagRewriter tags;
    private final LongSupplier clock;
    private final BatchAside aside;
    private final LearningWatch learning;
    private final int[] wanted = new int[FrameBatch.MAX_CAPACITY];
    private TraceTap[] taps = {};
    private PortTable table = new PortTable(List.of());
    private @Nullable FrameTrace current;
    private int currentTaps;
    private int programsBefore;
    private boolean wasTagged;
    private @Nullable Sending sending;

    TracePoint(int worker, FrameBatch batch, FrameStore store, Fdb fdb, LongSupplier clock) {
        this.worker = worker;
        this.batch = batch;
        this.clock = clock;
        pool = store.pool();
        tags = new TagRewriter(store);
        aside = new BatchAside(batch);
        learning = new LearningWatch(fdb, pool.baseAddress());
    }

    /** Between batches. */
    void set(TraceTap[] newTaps) {
        taps = newTaps.clone();
    }

    /** Takes up a new port table. */
    void adopt(PortTable newTable) {
        table = newTable;
        for (TraceTap tap : taps) {
            for (int i = 0; i < newTable.bound(); i++) {
                PortEntry port = newTable.at(i);
                if (port != null) {
                    tap.adopt(i, port.number(), port.name());
                }
            }
        }
    }

    boolean isOn() {
        return taps.length != 0;
    }

    /** What is written down of the frame that is decided now; null when that is not traced. */
    @Nullable
    FrameTrace current() {
        return current;
    }

    // ---- one frame at a time ------------------------------------------------------------------------

    /** Decides the batch in parts: frames that are wanted each alone, those between them together; it is empty afterwards. */
    void process(Runnable decide) {
        if (!select()) {
            decide.run();
            return;
        }
        int n = aside.take();
        for (int i = 0; i < n; i++) {
            if (wanted[i] == 0) {
                aside.add(aside.frame(i), i);
                continue;
            }
            if (batch.size() > 0) {
                decide.run();
            }
            aside.add(aside.frame(i), i);
            begin(i);
            decide.run();
            finish();
        }
        if (batch.size() > 0) {
            decide.run();
        }
    }

    /** Notes for each frame of the batch which traces want it; returns whether any does. */
    private boolean select() {
        Arrays.fill(wanted, 0, batch.size(), 0);
        long now = clock.getAsLong();
        for (int run = 0; run < batch.runs(); run++) {
            int start = batch.runStart(run);
            int count = batch.runEnd(run) - start;
            for (int t = 0; t < taps.length; t++) {
                taps[t].select(batch.runIngress(run), batch.frames(), start, count, wanted, 1 << t, now);
            }
        }
        int any = 0;
        for (int i = 0; i < batch.size(); i++) {
            any |= wanted[i];
        }
        return any != 0;
    }

    private void begin(int i) {
        long frame = aside.frame(i);
        PortEntry port = table.at(aside.ingress(i));
        int length = Frame.length(frame);
        FrameBytes bytes = FrameBytes.at(pool.address(frame), length);
        current = trace(port, aside.queue(i), length, bytes, wanted[i]);
        currentTaps = wanted[i];
    }

    private FrameTrace trace(@Nullable PortEntry port, int queue, int length, FrameBytes bytes, int wantedBy) {
        boolean wantsPath = false;
        for (int t = 0; t < taps.length; t++) {
            wantsPath |= (wantedBy & (1 << t)) != 0 && taps[t].detail() != TraceDetail.NONE;
        }
        String name = port == null ? "" : port.name();
        int number = port == null ? 0 : port.number();
        return new FrameTrace(worker, name, number, queue, length, bytes, wantsPath);
    }

    private void finish() {
        FrameTrace trace = current;
        if (trace != null) {
            current = null;
            tell(trace, currentTaps);
        }
    }

    private void tell(FrameTrace trace, int wantedBy) {
        TracedFrame frame = trace.finish();
        for (int t = 0; t < taps.length; t++) {
            if ((wantedBy & (1 << t)) != 0) {
                taps[t].tell(frame);
            }
        }
    }

    /** After a fault: what became of the frame is not known. */
    void abandon() {
        if (current == null) {
            return;
        }
        current = null;
        sending = null;
        for (int t = 0; t < taps.length; t++) {
            if ((currentTaps & (1 << t)) != 0) {
                taps[t].giveUp();
            }
        }
    }

    // ---- what the worker tells ----------------------------------------------------------------------

    /** Checks are over. */
    void checked() {
        FrameTrace trace = current;
        if (trace != null) {
            trace.vlan(FrameBatch.vlanId(batch.vlans()[0]));
        }
    }

    /** The frame was cut into so many packets. */
    void segmented(int packets) {
        FrameTrace trace = current;
        if (trace != null) {
            trace.segments(packets);
        }
    }

    /** Programs of this place come next. */
    void place(String place) {
        FrameTrace trace = current;
        if (trace != null) {
            trace.place(place);
        }
    }

    /** A program comes next; {@link #afterProgram} follows. */
    void beforeProgram() {
        FrameTrace trace = current;
        if (trace != null) {
            programsBefore =
                    batch.size() > 0 && batch.verdicts()[0] == Verdict.UNDECIDED ? trace.programs() : NOT_ASKED;
        }
    }

    /** One in Java does not tell by itself what it said. */
    void afterProgram(ForwardingProgram program) {
        FrameTrace trace = current;
        if (trace != null && programsBefore == trace.programs()) {
            Class<?> type = program.getClass();
            String name = type.isHidden() || type.isAnonymousClass() ? "a program in Java" : type.getSimpleName();
            trace.program(new JavaProgramNote(name, trace.place(), text(batch.verdicts()[0])));
        }
    }

    private String text(int verdict) {
        if (verdict >= 0) {
            PortEntry port = table.at(verdict);
            return port == null ? "a port" : "port " + port.name();
        }
        if (Verdict.isDrop(verdict)) {
            return Verdict.reason(verdict).label();
        }
        return verdict == Verdict.FLOOD ? "flood" : verdict == Verdict.COPIES ? "several ports" : "nothing";
    }

    void beforeLearning() {
        if (current != null) {
            learning.before(batch);
        }
    }

    void afterLearning() {
        FrameTrace trace = current;
        if (trace != null) {
            learning.after(batch, table, trace);
        }
    }

    /** The verdict is there. */
    void decided() {
        FrameTrace trace = current;
        if (trace == null || batch.size() == 0) {
            return;
        }
        trace.vlan(FrameBatch.vlanId(batch.vlans()[0]));
        wasTagged = isTagged(batch.frames()[0]);
        if (batch.verdicts()[0] == Verdict.FLOOD) {
            trace.flooded();
        }
    }

    private boolean isTagged(long frame) {
        return Frame.length(frame) >= Frame.ETHERNET_HEADER_BYTES && tags.isTagged(frame);
    }

    /** A flood reached another worker, for its ports of a VLAN. */
    void floodedTo(int otherWorker, int ingress, int vlan) {
        FrameTrace trace = current;
        if (trace == null) {
            return;
        }
        for (PortEntry port : table.floodCandidates(vlan)) {
            if (port.index() != ingress && port.isMember(vlan) && port.transmitterFor(worker) == otherWorker) {
                trace.egress(egress(port, TracedEgress.Outcome.HANDED_OVER, 1, null, otherWorker, "", ""));
            }
        }
    }

    /** Frames ended at their ingress port, or before they had another. */
    void droppedIn(DropReason reason) {
        FrameTrace trace = current;
        if (trace != null) {
            trace.drop(reason);
        }
    }

    /** Frames ended at an egress port. */
    void droppedOut(int egress, DropReason reason, long[] frames, int from, int count) {
        FrameTrace trace = current;
        if (trace == null) {
            return;
        }
        Sending now = sending;
        for (int i = from; i < from + count; i++) {
            if (now == null) {
                trace.egress(dropped(table.at(egress), reason, 1));
            } else {
                now.dropped(reason, frames[i]);
            }
        }
    }

    private TracedEgress dropped(@Nullable PortEntry port, DropReason reason, int frames) {
        return port == null
                ? new TracedEgress("?", 0, TracedEgress.Outcome.DROPPED, frames, reason, worker, "", "")
                : egress(port, TracedEgress.Outcome.DROPPED, frames, reason, worker, "", "");
    }

    private static TracedEgress egress(
            PortEntry port,
            TracedEgress.Outcome outcome,
            int frames,
            @Nullable DropReason reason,
            int at,
            String tag,
            String link) {
        return new TracedEgress(port.name(), port.number(), outcome, frames, reason, at, tag, link);
    }

    // ---- what a target tells ------------------------------------------------------------------------

    /** A port's target gets frames; {@link #sent} follows. */
    void sending(PortEntry port, int transmitter, @Nullable QueueInput input, long[] frames, int from, int count) {
        if (current != null) {
            sending = new Sending(port, transmitter, input, Arrays.copyOfRange(frames, from, from + count));
        }
    }

    void sent() {
        FrameTrace trace = current;
        Sending now = sending;
        sending = null;
        if (trace != null && now != null) {
            now.tell(trace);
        }
    }

    /** Frames on their way into a port's queue, or to the worker that has it. */
    private final class Sending {
        private final PortEntry port;
        private final int transmitter;
        private final @Nullable EmulatedQueue link;
        private final long heldBefore;
        private final LinkCounters linkBefore;
        private final long[] frames;
        private final String tag;
        private final int[] drops = new int[DropReason.ALL.size()];
        private int left;

        Sending(PortEntry port, int transmitter, @Nullable QueueInput input, long[] frames) {
            this.port = port;
            this.transmitter = transmitter;
            this.frames = frames;
            link = input == null ? null : input.emulated();
            heldBefore = link == null ? 0 : link.heldToPort();
            linkBefore = link == null
                    ? LinkCounters.NONE
                    : port.linkCells(worker, true).counters();
            tag = tag(frames[0]);
            left = frames.length;
        }

        private String tag(long frame) {
            boolean isTagged = isTagged(frame);
            if (!port.treatsVlans() || isTagged == wasTagged) {
                return "";
            }
            return isTagged ? "tag " + tags.vlanId(frame) + " added" : "tag removed";
        }

        /** A frame that the queue drops; it may be another one that had waited there. */
        void dropped(DropReason reason, long frame) {
            for (long each : frames) {
                if (Frame.position(each) == Frame.position(frame)) {
                    drops[reason.index()]++;
                    left--;
                    return;
                }
            }
        }

        void tell(FrameTrace trace) {
            for (DropReason reason : DropReason.ALL) {
                if (drops[reason.index()] > 0) {
                    trace.egress(
                            egress(port, TracedEgress.Outcome.DROPPED, drops[reason.index()], reason, worker, tag, ""));
                }
            }
            if (left > 0) {
                boolean isHere = transmitter == worker;
                trace.egress(egress(
                        port,
                        isHere ? TracedEgress.Outcome.ENQUEUED : TracedEgress.Outcome.HANDED_OVER,
                        left,
                        null,
                        transmitter,
                        tag,
                        emulated()));
            }
        }

        private String emulated() {
            EmulatedQueue there = link;
            if (there == null) {
                return "";
            }
            LinkCounters now = port.linkCells(worker, true).counters();
            boolean isHeld = there.heldToPort() != heldBefore;
            return (isHeld
                            ? "delayed, arrives in " + there.nanosUntilLastArrives() / NANOS_PER_MICRO + " us"
                            : "passed at once")
                    + (now.duplicated() > linkBefore.duplicated() ? ", doubled" : "")
                    + (now.corrupted() > linkBefore.corrupted() ? ", damaged" : "")
                    + (now.reordered() > linkBefore.reordered() ? ", before others" : "");
        }
    }

    // ---- frames that never got to a decision --------------------------------------------------------

    /** A frame that its port drops, in a slot. */
    void droppedByPort(PortEntry port, DropReason reason, long frame) {
        if (isOn()) {
            droppedByPort(port, reason, pool.address(frame), Frame.length(frame), Frame.length(frame));
        }
    }

    /** The same in no slot, of which {@code storedBytes} are at an address. */
    void droppedByPort(PortEntry port, DropReason reason, long address, int storedBytes, int lengthBytes) {
        if (!isOn()) {
            return;
        }
        int wantedBy = 0;
        long now = clock.getAsLong();
        for (int t = 0; t < taps.length; t++) {
            wantedBy |= taps[t].selects(port.index(), address, storedBytes, now) ? 1 << t : 0;
        }
        if (wantedBy != 0) {
            FrameTrace trace = trace(port, -1, lengthBytes, FrameBytes.at(address, storedBytes), wantedBy);
            trace.drop(reason);
            tell(trace, wantedBy);
        }
    }
}
