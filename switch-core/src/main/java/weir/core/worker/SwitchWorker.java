// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import weir.core.capture.CaptureTap;
import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.counter.Stage;
import weir.core.counter.WorkerCells;
import weir.core.fdb.Fdb;
import weir.core.fdb.LearningProgram;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;
import weir.core.frame.Verdict;
import weir.core.link.EmulatedLink;
import weir.core.link.EmulatedQueue;
import weir.core.link.Timers;
import weir.core.loop.LoopGuard;
import weir.core.port.PortException;
import weir.core.port.PortQueue;
import weir.core.program.ForwardingProgram;
import weir.core.program.ProgramTable;
import weir.core.ring.SpscRing;
import weir.core.trace.TraceTap;

/**
 * One thread of a switch: collects frames from its inputs, decides them a batch at a time, scatters
 * them, and sleeps when there is nothing to do. It alone touches what it owns; control threads post
 * commands, which it takes between batches.
 *
 * <p>An input that stayed empty for some rounds is parked behind its {@link Doorbell}; a worker whose
 * inputs are all parked sleeps. So a round costs what the busy inputs cost, however many ports there
 * are.
 */
public final class SwitchWorker {
    private static final int RING_WORDS = 4096;
    private static final int CLOCK_EVERY_ROUNDS = 4;
    private static final long READINESS_EVERY_NANOS = 20_000;
    /** In rounds without work a frame may wait for nothing else; memory inputs are still polled most of the time. */
    private static final long READINESS_WHEN_IDLE_NANOS = 1_000;

    private static final long HOUSEKEEPING_NANOS = 100_000_000;
    private static final long MAX_SLEEP_NANOS = 1_000_000_000;

    private final int index;
    private final WorkerConfig config;
    private final FrameStore store;
    private final WorkerEvents events;
    private final Supplier<ProgramTable> programs;
    private final FrameBatch batch;
    private final Fdb fdb;
    private final LearningProgram learning;
    private final IngressCheck check;
    private final EgressDispatcher dispatcher;
    private final BatchDecision decision;
    private final IngressOffloads offloads;
    private final TracePoint traces;
    private final CapturePoint captures;
    private final Runnable decideBatch = this::decideBatch;
    private final WorkerCells own = new WorkerCells();
    private final StageClock stages;
    private final StormCheck stormCheck;
    private final @Nullable LoopCheck loopCheck;
    private final long[] probe = new long[1];
    private final WakeupList wakeups = new WakeupList(this::wakeup);
    private final Timers timers = new Timers();
    private final CommandQueue commands = new CommandQueue(wakeups);
    private final @Nullable WorkerLink[] links;
    private final WorkerNews news;
    private final List<RingInput> ringInputs = new ArrayList<>();
    private final Map<Integer, List<QueueInput>> queueInputs = new HashMap<>();
    private final PolledInputs polled;

    private PortTable table = new PortTable(List.of());
    private PortCells[] cells = {};
    private final PortCells strays = new PortCells();
    private int rounds;
    private long now;
    private long readinessAt;
    private long housekeepingAt;
    private volatile @Nullable IdleWait idle;
    private volatile boolean stopping;

    /**
     * @param workers number of workers in the switch
     * @param programs the switch's programs at this moment, asked once per batch
     * @param guard looks for loops; null when nobody does
     */
    public SwitchWorker(
            int index,
            int workers,
            WorkerConfig config,
            FrameStore store,
            WorkerEvents events,
            Supplier<ProgramTable> programs,
            @Nullable LoopGuard guard) {
        this.index = index;
        this.config = config;
        this.store = store;
        this.events = events;
        this.programs = programs;
        links = new WorkerLink[workers];
        news = new WorkerNews(index, links, events);
        polled = new PolledInputs(config.waitMode().emptyRoundsBeforeParking());
        batch = new FrameBatch(config.batchFrames());
        long base = store.pool().baseAddress();
        fdb = new Fdb(config.fdb(), PortTable.MAX_PORTS, news);
        learning = new LearningProgram(fdb, base, PortTable.MAX_PORTS, config.forwardBpdus());
        check = new IngressCheck(store);
        loopCheck = guard == null ? null : new LoopCheck(guard, store);
        stormCheck = new StormCheck(events, base);
        traces = new TracePoint(index, batch, store, fdb, config.nanoClock());
        captures = new CapturePoint(traces);
        dispatcher = new EgressDispatcher(index, store, links, config.batchFrames(), captures, traces);
        decision = new BatchDecision(index, batch, store, check, learning, traces, table);
        offloads = new IngressOffloads(batch, store, table -> decide(table, false), captures, traces);
        stages = new StageClock(own, config.nanoClock());
        now = config.nanoClock().getAsLong();
        readinessAt = now;
        housekeepingAt = now;
        fdb.advanceTo(now);
    }

    /** Makes the ring from this worker to another. Before either runs. */
    public void connectTo(SwitchWorker other) {
        SpscRing ring = new SpscRing(RING_WORDS);
        RingInput input =
                new RingInput(index, ring.consumer(), other.dispatcher, other.fdb, other.wakeups, config.batchFrames());
        other.ringInputs.add(input);
        other.polled.add(input);
        links[other.index] = new WorkerLink(ring.producer(), input.doorbell());
    }

    public int index() {
        return index;
    }

    /** The worker's database; on the worker's thread only. */
    public Fdb fdb() {
        return fdb;
    }

    /** What this worker counts for an index that no port has; to be read by any thread. */
    public PortCells strays() {
        return strays;
    }

    /** What this worker counts of itself; to be read by any thread. */
    public WorkerCells cells() {
        return own;
    }

    /** Sends home every slot that was given back here, and takes back this home's; on the worker's thread. */
    public void exchangeReturns() {
        store.reclaim();
        store.publishReturns();
    }

    /** Slots of this worker's home that are in use; on the worker's thread. */
    public int slotsInUse() {
        return store.slotsInUse();
    }

    FrameBatch batch() {
        return batch;
    }

    FrameStore store() {
        return store;
    }

    WorkerEvents events() {
        return events;
    }

    CapturePoint captures() {
        return captures;
    }

    TracePoint traces() {
        return traces;
    }

    IdleWait idleWait() {
        IdleWait current = idle;
        if (current == null) {
            current = config.idleWait().create(Thread.currentThread());
            idle = current;
        }
        return current;
    }

    private void wakeup() {
        IdleWait current = idle;
        if (current != null) {
            current.wakeup();
        }
    }

    // ---- the loop -------------------------------------------------------------------------------

    /** Runs until {@link #stop}; the worker thread's body. */
    public void run() {
        IdleWait waiter = waiterOrParking();
        while (!stopping) {
            try {
                if (runRound() == 0 && polled.isEmpty()) {
                    rest(waiter);
                }
            } catch (RuntimeException | Error failure) {
                events.fault(index, failure);
            }
        }
        commands.drain();
        waiter.close();
    }

    /** A worker that cannot wait for descriptors still answers; their ports are then refused with a cause. */
    private IdleWait waiterOrParking() {
        try {
            return idleWait();
        } catch (RuntimeException | Error failure) {
            events.fault(index, failure);
            IdleWait parking = IdleWait.parking(Thread.currentThread());
            idle = parking;
            return parking;
        }
    }

    /** Ends {@link #run} after the current round. Any thread. */
    public void stop() {
        stopping = true;
        wakeup();
    }

    /**
     * One round: commands, woken inputs, one visit to each polled input, one batch or more.
     *
     * @return how much was done; 0 when nothing was there
     */
    public int runRound() {
        boolean done = false;
        try {
            int work = round();
            done = true;
            return work;
        } finally {
            if (!done) {
                batch.clear();
                dispatcher.abandon();
                traces.abandon();
                stages.abandon();
            }
        }
    }

    private int round() {
        int work = commands.drain();
        if (!timers.isEmpty()) {
            work += timers.fireDue(config.nanoClock().getAsLong());
        }
        LoopCheck loops = loopCheck;
        if (loops != null && loops.takeChanged()) {
            takeUpBlocked();
        }
        takeWakeups();
        work += config.hook().run();
        stages.begin();
        work += polled.poll();
        if (batch.size() > 0) {
            process();
        }
        stages.end();
        rounds++;
        if (work == 0 || polled.anyUsesSystemCalls() || (rounds & (CLOCK_EVERY_ROUNDS - 1)) == 0) {
            lookAtClock(work == 0 ? READINESS_WHEN_IDLE_NANOS : READINESS_EVERY_NANOS);
        }
        return work;
    }

    /** Decides and sends the batch, and empties it. */
    void process() {
        if (traces.isOn()) {
            traces.process(decideBatch);
        } else {
            decideBatch();
        }
    }

    private void decideBatch() {
        stages.lap(Stage.RECEIVE);
        own.batch(batch.size());
        if (captures.isOn()) {
            captures.received(batch);
        }
        boolean undecided = check.check(batch, table, cells);
        if (loopCheck != null) {
            undecided &= loopCheck.check(batch, table, now);
        }
        traces.checked();
        ProgramTable current = programs.get();
        if (batch.hasOffloads() && current.anyNeedsPlainFrames() && offloads.isAny(current)) {
            offloads.process(current, cells);
        } else {
            decide(current, undecided);
        }
    }

    private void decide(ProgramTable current, boolean undecidedSoFar) {
        boolean undecided = undecidedSoFar;
        if (!current.isEmpty()) {
            stages.lap(Stage.DECIDE);
            runPrograms(current);
            stages.lap(Stage.PROGRAM);
            undecided = false;
        }
        if (undecided || batch.anyUndecided()) {
            traces.beforeLearning();
            learning.decide(batch, undecided);
            traces.afterLearning();
        }
        if (table.anyStormLimit()) {
            stormCheck.check(batch, table, now);
        }
        traces.decided();
        stages.lap(Stage.DECIDE);
        dispatcher.dispatch(batch);
        stages.lap(Stage.DISPATCH);
        dispatcher.sendStaged();
        stages.lap(Stage.TRANSMIT);
        batch.clear();
    }

    /** First a port's own program, then the switch's. */
    private void runPrograms(ProgramTable current) {
        if (current.anyOnPorts()) {
            traces.place("port");
            for (int run = 0; run < batch.runs(); run++) {
                ForwardingProgram onPort = current.onPort(batch.runIngress(run));
                if (onPort != null) {
                    runProgram(onPort, batch.runStart(run), batch.runEnd(run));
                }
            }
        }
        ForwardingProgram onSwitch = current.onSwitch();
        if (onSwitch != null) {
            traces.place("switch");
            runProgram(onSwitch, 0, batch.size());
        }
    }

    private void runProgram(ForwardingProgram program, int from, int to) {
        traces.beforeProgram();
        try {
            program.decide(batch, from, to, decision);
        } catch (RuntimeException | Error failure) {
            events.fault(index, failure);
            int[] verdicts = batch.verdicts();
            for (int i = from; i < to; i++) {
                if (verdicts[i] == Verdict.UNDECIDED) {
                    verdicts[i] = Verdict.drop(DropReason.PROGRAM_ABORTED);
                }
            }
        }
        traces.afterProgram(program);
    }

    private void lookAtClock(long readinessEveryNanos) {
        now = config.nanoClock().getAsLong();
        if (now - readinessAt >= readinessEveryNanos) {
            readinessAt = now;
            idleWait().poll();
        }
        if (now - housekeepingAt >= HOUSEKEEPING_NANOS) {
            housekeepingAt = now;
            fdb.advanceTo(now);
            store.reclaim();
            store.publishReturns();
            if (news.resync(fdb, table)) {
                dispatcher.sendStaged();
            }
            sendProbes();
        }
    }

    private void rest(IdleWait waiter) {
        store.publishReturns(); // nobody else would while this worker sleeps
        if (config.waitMode() == WaitMode.BUSY) {
            Thread.onSpinWait();
            waiter.poll();
            return;
        }
        wakeups.goToSleep();
        if (wakeups.isEmpty() && commands.isEmpty() && !stopping) {
            waiter.await(sleepNanos());
        }
        wakeups.wakeUp();
        now = config.nanoClock().getAsLong();
        fdb.advanceTo(now);
    }

    private long sleepNanos() {
        LoopCheck loops = loopCheck;
        if (timers.isEmpty() && loops == null) {
            return MAX_SLEEP_NANOS;
        }
        long time = config.nanoClock().getAsLong();
        long longest = loops == null ? MAX_SLEEP_NANOS : loops.guard().nanosUntilProbes(time);
        return Math.min(longest, timers.nanosUntilNext(time));
    }

    // ---- inputs ---------------------------------------------------------------------------------

    private void takeWakeups() {
        Doorbell bell = wakeups.takeAll();
        while (bell != null) {
            Doorbell following = bell.next;
            bell.next = null;
            polled.add(bell.input());
            bell = following;
        }
    }

    // ---- commands, on the worker's thread -------------------------------------------------------

    /** Runs a command on this worker's thread between two batches and waits for it. */
    public <T> T call(Callable<T> command) throws Exception {
        return commands.call(command);
    }

    /** Asks this worker to say when it is between two batches; see {@link #awaitPassage}. Any thread. */
    public int askForPassage() {
        return commands.askForPassage();
    }

    /** Waits until every batch is over that this worker had begun when it was asked. Control threads. */
    public void awaitPassage(int passage) {
        commands.awaitPassage(passage);
    }

    /**
     * Starts service of the queues of a port that this worker owns, and makes room for the port in all
     * tables, since workers that adopted it may send here before this one has. The port gets frames after
     * {@link #adopt} and is asked for frames after {@link #startPolling(PortEntry)}.
     */
    public void openQueues(PortEntry port) throws PortException {
        List<QueueInput> inputs = new ArrayList<>();
        for (int q : port.queuesOf(index)) {
            PortQueue queue = port.port().queues().get(q);
            QueueInput input = new QueueInput(this, port, queue, q, wakeups);
            try {
                queue.attach(input);
            } catch (PortException e) {
                inputs.forEach(opened -> opened.queue().detach());
                throw e;
            }
            inputs.add(input);
        }
        queueInputs.put(port.index(), inputs);
        reserve(port);
    }

    private void reserve(PortEntry port) {
        int known = cells.length;
        cells = Arrays.copyOf(cells, Math.max(known, port.index() + 1));
        Arrays.fill(cells, known, cells.length, strays);
        cells[port.index()] = port.cells(index);
        adopt(table);
    }

    /** Begins to ask a new port for frames. Every worker has adopted it, so whoever learns of it can reach it. */
    public void startPolling(PortEntry port) {
        queueInputs.getOrDefault(port.index(), List.of()).forEach(polled::add);
        now = config.nanoClock().getAsLong();
        sendProbe(port);
    }

    /** Ends service of a port's queues here; the table without the port was adopted by all workers. */
    public void closeQueues(int portIndex) {
        List<QueueInput> inputs = queueInputs.remove(portIndex);
        if (inputs == null) {
            return;
        }
        for (QueueInput input : inputs) {
            input.closed = true;
            polled.remove(input);
            input.queue().detach();
        }
        fdb.forgetPort(portIndex); // again: another worker's news of it may have come since
        cells[portIndex] = strays; // nothing is counted for this port after this
        store.publishReturns();
    }

    /** Takes up a new port table and forgets what is gone. */
    public void adopt(PortTable newTable) {
        int bound = Math.max(newTable.bound(), cells.length);
        PortCells[] newCells = Arrays.copyOf(cells, bound);
        EgressTarget[] targets = new EgressTarget[bound];
        for (int i = 0; i < bound; i++) {
            PortEntry port = newTable.at(i);
            PortEntry before = table.at(i);
            if (before != null && (port == null || !port.isSamePortAs(before))) {
                forget(before);
            }
            if (port != null) {
                if (before != null && port.isSamePortAs(before) && !port.carriesSameVlansAs(before)) {
                    fdb.flushDynamic(i, port::isMember);
                }
                newCells[i] = port.cells(index);
                captures.adopt(port);
                targets[i] = targetOf(port, newCells[i]);
                learning.allowHairpin(i, port.options().hairpin());
            }
        }
        table = newTable;
        cells = newCells;
        decision.adopt(newTable);
        traces.adopt(newTable);
        dispatcher.adopt(newTable, targets, newCells);
    }

    /** Forgets what was learned of a port in VLANs that it does not carry; after {@link #adopt}. */
    public void forgetOtherVlans(PortEntry port) {
        fdb.flushDynamic(port.index(), port::isMember);
    }

    /**
     * Emulates a port's link from now on, or no longer: the port's queues get an emulated link in front of
     * them, which stays until it holds no frame any more.
     */
    public void emulate(PortEntry port, @Nullable EmulatedLink link) {
        for (QueueInput input : queueInputs.getOrDefault(port.index(), List.of())) {
            if (!input.port().isSamePortAs(port)) {
                return; // detached meanwhile, and another has its index
            }
            if (link == null) {
                input.endEmulation();
            } else {
                input.emulate(link);
            }
        }
        queuesChanged();
    }

    EmulatedQueue emulatedQueue(PortQueue queue, int number, EmulatedQueue.Listener listener) {
        return new EmulatedQueue(queue, number, timers, config.nanoClock(), listener);
    }

    /** Frames to a port go through other queues than before. */
    void queuesChanged() {
        adopt(table);
    }

    /** Shows frames to these captures from now on, each by its tap for this worker, and to no others. */
    public void capture(List<CaptureTap> taps) {
        captures.set(taps.toArray(CaptureTap[]::new));
        queuesChanged();
    }

    /** Traces frames for these traces from now on, each by its tap for this worker, and for no others. */
    public void trace(List<TraceTap> taps) {
        traces.set(taps.toArray(TraceTap[]::new));
        queuesChanged();
    }

    // ---- loops ----------------------------------------------------------------------------------

    /** Ports were blocked or released: frames to them end here or pass again, and nobody is known to be behind. */
    private void takeUpBlocked() {
        queuesChanged();
        for (int i = 0; i < table.bound(); i++) {
            PortEntry port = table.at(i);
            if (port != null && port.loop().isBlocked()) {
                fdb.flushDynamic(i);
            }
        }
    }

    private void sendProbes() {
        LoopCheck loops = loopCheck;
        if (loops == null) {
            return;
        }
        for (int i = 0; i < table.bound(); i++) {
            PortEntry port = table.at(i);
            if (port != null) {
                sendProbe(port);
                if (port.speaker() == index) {
                    loops.guard().releaseWhenGone(port.loop(), now);
                }
            }
        }
    }

    /** Sends a port's probe if it is due; a blocked port sends probes, too. */
    private void sendProbe(PortEntry port) {
        LoopCheck loops = loopCheck;
        List<QueueInput> inputs = queueInputs.get(port.index());
        if (loops == null || inputs == null || inputs.isEmpty() || port.speaker() != index) {
            return;
        }
        probe[0] = loops.probe(port, now);
        if (probe[0] < 0) {
            return;
        }
        PortCells counters = port.cells(index);
        counters.clones(1); // no frame that came in: a copy of none
        counters.enqueued(1);
        captures.sent(port.index(), probe, 0, 1);
        PortQueue queue = inputs.getFirst().queue();
        queue.transmit(probe, 0, 1);
        VarHandle.fullFence();
        queue.flush();
    }

    private void forget(PortEntry port) {
        fdb.forgetPort(port.index());
        for (QueueInput input : queueInputs.getOrDefault(port.index(), List.of())) {
            input.closed = true; // a doorbell that rings now must not bring its frames in
            polled.remove(input);
        }
    }

    private EgressTarget targetOf(PortEntry port, PortCells portCells) {
        int transmitter = port.transmitterFor(index);
        List<QueueInput> inputs = queueInputs.getOrDefault(port.index(), List.of());
        QueueInput input = links[transmitter] == null ? inputs.getFirst() : null;
        EgressTarget target = targetOf(port, portCells, links[transmitter], input);
        return traces.isOn() ? new EgressTarget.Traced(target, transmitter, input, traces) : target;
    }

    /** @param input the port's queue of this worker; null where another one has it, behind the link */
    private EgressTarget targetOf(
            PortEntry port, PortCells portCells, @Nullable WorkerLink link, @Nullable QueueInput input) {
        if (port.loop().isBlocked()) {
            return new EgressTarget.Blocked(port, portCells, store, captures, link == null);
        }
        if (link != null || input == null) {
            return new EgressTarget.Remote(port, portCells, store, captures, Objects.requireNonNull(link));
        }
        EgressTarget.Local local = new EgressTarget.Local(port, portCells, input.queue());
        return captures.takesSent(port.index()) ? new EgressTarget.Captured(local, captures) : local;
    }

    /** Handles everything that other workers had sent when this was called. */
    public void drainRings() {
        for (RingInput input : ringInputs) {
            int bound = RING_WORDS;
            while (bound-- > 0 && input.poll() > 0) {
                // poll() did the work
            }
        }
    }
}
