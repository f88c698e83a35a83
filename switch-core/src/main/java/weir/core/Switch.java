// SPDX-License-Identifier: Apache-2.0
package weir.core;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import weir.core.capture.Capture;
import weir.core.capture.CaptureConsumer;
import weir.core.capture.CaptureSettings;
import weir.core.capture.CaptureTap;
import weir.core.capture.FilterException;
import weir.core.counter.PortCounters;
import weir.core.counter.WorkerCounters;
import weir.core.fdb.FdbEntry;
import weir.core.fdb.MacAddress;
import weir.core.frame.FramePool;
import weir.core.link.EmulatedLink;
import weir.core.loop.LoopGuard;
import weir.core.loop.LoopPort;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.port.PortState;
import weir.core.program.ForwardingProgram;
import weir.core.program.ProgramEvent;
import weir.core.program.ProgramException;
import weir.core.program.ProgramPlace;
import weir.core.program.ProgramSite;
import weir.core.program.ProgramTable;
import weir.core.program.SwitchPrograms;
import weir.core.rate.FloodClass;
import weir.core.trace.Trace;
import weir.core.trace.TraceConsumer;
import weir.core.trace.TraceSettings;
import weir.core.worker.PortEntry;
import weir.core.worker.PortTable;
import weir.core.worker.SwitchWorker;
import weir.core.worker.WorkerEvents;

/**
 * A learning switch whose ports come and go while frames flow, and whose decisions a program can take
 * over. Methods are for control threads, one at a time (they lock), and may wait for a worker to
 * finish its batch; none is called on the packet path.
 *
 * <pre>{@code
 * try (Switch sw = Switch.create(SwitchConfig.named("sw0"))) {
 *     MemoryPort a = new MemoryPort("a");
 *     sw.attach(a, PortOptions.named("a"));
 *     ...
 * }
 * }</pre>
 */
public final class Switch implements AutoCloseable {
    private final SwitchConfig config;
    private final FramePool pool;
    private final WorkerGroup workers;
    private final List<PortEntry> ports = new ArrayList<>();
    private final List<Consumer<SwitchEvent>> listeners = new CopyOnWriteArrayList<>();
    private final EventQueue events;
    private final BitSet usedIndexes = new BitSet();
    private final BitSet usedNumbers = new BitSet();
    private int nextWorker;
    private boolean closed;
    private final SwitchPrograms programs = new SwitchPrograms(new Site());
    private final SwitchLinks links;
    private final SwitchTaps<Capture, CaptureTap> captures;
    private final SwitchTraces traces;
    private volatile ProgramTable programTable = ProgramTable.EMPTY;
    private volatile List<PortEntry> portsNow = List.of();
    private final PortLedger ledger;

    private Switch(SwitchConfig config) {
        this.config = config;
        pool = new FramePool(config.pool(), config.workers(), config.poolMemory());
        events = new EventQueue(config.name(), event -> listeners.forEach(listener -> listener.accept(event)));
        links = new SwitchLinks(new LinkSite(), config.worker().nanoClock());
        WorkerEvents workerEvents = new Events();
        LoopGuard guard = config.loopGuard() ? new LoopGuard(new LoopEvents(), now()) : null;
        workers = new WorkerGroup(
                config,
                i -> new SwitchWorker(
                        i, config.workers(), config.worker(), pool.store(i), workerEvents, () -> programTable, guard));
        captures = new SwitchTaps<>(config, pool, workers, this, "captures", Integer.MAX_VALUE, SwitchWorker::capture);
        traces = new SwitchTraces(config, pool, workers, programs, this);
        ledger = new PortLedger(workers.all().stream().map(SwitchWorker::strays).toList());
    }

    /** Makes a switch and starts its workers. */
    public static Switch create(SwitchConfig config) {
        Switch made = new Switch(config);
        if (config.threads()) {
            made.workers.start();
        }
        return made;
    }

    public String name() {
        return config.name();
    }

    public FramePool pool() {
        return pool;
    }

    /** One round of every worker, in the caller's thread; for a switch made without threads. */
    public int runRounds() {
        return workers.runRounds();
    }

    // ---- ports ----------------------------------------------------------------------------------

    /**
     * Attaches a port while frames flow. The switch owns the port from now on and closes it.
     *
     * @return the port as attached, with its number and name
     * @throws PortException when the name or the number is taken, or a queue cannot start: the port is then
     *     closed; or when the port is attached here already, which stays so
     */
    public PortInfo attach(Port port, PortOptions options) throws PortException {
        return attach(port, options, attached -> {});
    }

    /** What is done to a port that has its place in the switch, and is not asked for frames yet. */
    @FunctionalInterface
    public interface PortPreparation<E extends Exception> {
        void prepare(PortInfo port) throws E;
    }

    /**
     * The same with something to do before the port's first frame is taken: loading its program, so that no frame gets
     * past that. Until then frames for the port are sent, and those that come in wait outside.
     *
     * @param preparation may take its time; when it fails the port is detached again
     */
    public <E extends Exception> PortInfo attach(Port port, PortOptions options, PortPreparation<E> preparation)
            throws PortException, E {
        PortEntry entry = admit(port, options);
        boolean isReady = false;
        try {
            preparation.prepare(info(entry));
            isReady = true;
        } finally {
            if (!isReady) {
                detach(entry.name());
            }
        }
        return begin(entry);
    }

    /** Gives a port its place: every worker can send to it, none asks it for frames. */
    private synchronized PortEntry admit(Port port, PortOptions options) throws PortException {
        requireOpen();
        for (PortEntry other : ports) {
            if (other.port().equals(port)) { // in service, so not to be closed
                throw new PortException("this port is already attached as " + other.name(), "");
            }
        }
        try {
            PortEntry entry = newEntry(port, options);
            openQueues(entry);
            usedIndexes.set(entry.index());
            usedNumbers.set(entry.number());
            ports.add(entry);
            ledger.open(entry);
            publishTable();
            return entry;
        } catch (PortException | RuntimeException e) {
            port.close();
            throw e;
        }
    }

    private synchronized PortInfo begin(PortEntry admitted) throws PortException {
        PortEntry entry = ports.stream()
                .filter(admitted::isSamePortAs) // may be treated otherwise meanwhile
                .findFirst()
                .orElseThrow(() ->
                        new PortException("port " + admitted.name() + " was detached before it began to receive", ""));
        workers.onAll(worker -> worker.startPolling(entry));
        events.post(new SwitchEvent.PortAttached(
                entry.name(), entry.number(), entry.port().spec()));
        return info(entry);
    }

    private PortEntry newEntry(Port port, PortOptions options) throws PortException {
        if (ports.size() >= PortTable.MAX_PORTS) {
            throw new PortException(
                    "switch " + name() + " has " + PortTable.MAX_PORTS + " ports, which is the limit", "");
        }
        int number = options.number() == 0 ? nextNumber() : options.number();
        if (number > PortOptions.MAX_NUMBER) {
            throw new PortException(
                    "no automatic port number is left", "attach with --number N, 1 to " + PortOptions.MAX_NUMBER);
        }
        String name = options.name().isEmpty() ? "port" + number : options.name();
        for (PortEntry other : ports) {
            if (other.name().equals(name)) {
                throw new PortException("port name " + name + " is in use", "detach it first, or choose another name");
            }
            if (other.number() == number) {
                throw new PortException(
                        "port number " + number + " is in use by " + other.name(),
                        "leave out the number, choose another one, or detach " + other.name() + " first");
            }
        }
        int[] owners = new int[port.queues().size()];
        for (int q = 0; q < owners.length; q++) {
            owners[q] = nextWorker++ % workers.count();
        }
        PortOptions chosen = options.withName(name).withNumber(number);
        return new PortEntry(
                usedIndexes.nextClearBit(0), chosen.number(), name, port, chosen, owners, workers.count(), now());
    }

    private long now() {
        return config.worker().nanoClock().getAsLong();
    }

    /** One more than the highest number ever used, or the lowest unused one when the highest is taken. */
    private int nextNumber() {
        int next = Math.max(1, usedNumbers.length());
        return next <= PortOptions.MAX_NUMBER ? next : usedNumbers.nextClearBit(1);
    }

    private void openQueues(PortEntry entry) throws PortException {
        List<SwitchWorker> opened = new ArrayList<>();
        try {
            for (SwitchWorker worker : workers.all()) {
                workers.on(worker, () -> {
                    worker.openQueues(entry);
                    return true;
                });
                opened.add(worker);
            }
        } catch (PortException | RuntimeException e) {
            opened.forEach(worker -> workers.onQuietly(worker, () -> {
                worker.closeQueues(entry.index());
                return true;
            }));
            throw e;
        }
    }

    private void publishTable() {
        PortTable table = new PortTable(ports);
        portsNow = List.copyOf(ports);
        workers.onAll(worker -> worker.adopt(table));
    }

    /**
     * Detaches a port while frames flow, and closes it.
     *
     * @return false when there is no port of that name
     */
    public boolean detach(String portName) {
        Optional<PortEntry> found = findAndDetach(portName);
        // Not under the switch's lock: whoever loads a program has that of the programs, and comes for this one.
        found.ifPresent(port -> programs.portGone(port.number()));
        return found.isPresent();
    }

    private synchronized Optional<PortEntry> findAndDetach(String portName) {
        Optional<PortEntry> found =
                ports.stream().filter(port -> port.name().equals(portName)).findFirst();
        found.ifPresent(this::detach);
        return found;
    }

    private void detach(PortEntry entry) {
        ports.remove(entry);
        programTable = programTable.withPort(entry.index(), null);
        publishTable(); // from here on nobody decides for this port
        workers.onAll(SwitchWorker::drainRings); // what was on its way is dropped by its owner
        workers.onAll(worker -> worker.closeQueues(entry.index()));
        ledger.close(entry);
        entry.port().close();
        usedIndexes.clear(entry.index());
        events.post(new SwitchEvent.PortDetached(entry.name()));
    }

    /**
     * Treats a port otherwise while frames flow: VLANs, hairpin and storm limits. No frame is lost; each is treated one
     * way or the other, as its worker takes up the change between two batches. What was learned of the port in VLANs that
     * it carries no longer is forgotten, static entries stay.
     *
     * @param change must leave name and number as they are
     * @return false when there is no port of that name
     */
    public synchronized boolean change(String portName, UnaryOperator<PortOptions> change) {
        requireOpen();
        for (int i = 0; i < ports.size(); i++) {
            PortEntry before = ports.get(i);
            if (before.name().equals(portName)) {
                PortOptions options = change.apply(before.options());
                if (!options.name().equals(portName) || options.number() != before.number()) {
                    throw new IllegalArgumentException("name and number of port " + portName + " stay as they are");
                }
                treat(i, before.treatedAs(options, now()));
                return true;
            }
        }
        return false;
    }

    private void treat(int at, PortEntry entry) {
        ports.set(at, entry);
        publishTable();
        workers.onAll(SwitchWorker::drainRings); // with the last news of workers that did not know yet
        workers.onAll(worker -> worker.forgetOtherVlans(entry));
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("switch " + name() + " is closed");
        }
    }

    /** All ports by number. */
    public List<PortInfo> ports() {
        return portsNow.stream()
                .sorted(Comparator.comparingInt(PortEntry::number))
                .map(this::info)
                .toList();
    }

    private PortInfo info(PortEntry entry) {
        long refused = 0;
        for (SwitchWorker worker : workers.all()) {
            refused += worker.fdb().learnRefused(entry.index());
        }
        return new PortInfo(
                entry.options(),
                entry.port().spec(),
                entry.port().state(),
                entry.loop().isBlocked(),
                entry.port().mtuBytes(),
                PortCounters.sum(entry.cells()),
                entry.port().peerDropped(),
                refused);
    }

    /**
     * Counters of every port, those detached since the switch began included, by name. Of ports that are gone the last
     * 4,096 names are kept; all others are together under an empty name.
     */
    public synchronized Map<String, PortCounters> counters() {
        return ledger.byName();
    }

    /** All ports together, those detached since the switch began included. Waits for nobody. */
    public PortCounters total() {
        return ledger.total();
    }

    /** Sets of counters that are held, for tests. */
    synchronized int countersHeld() {
        return ledger.size();
    }

    /** What each worker did. Waits for nobody. */
    public List<WorkerCounters> runtime() {
        return workers.all().stream()
                .map(worker -> worker.cells().counters(worker.index()))
                .toList();
    }

    /** Entries of the forwarding database, as the first worker knows them. Waits for nobody. */
    public int fdbEntries() {
        return workers.first().fdb().size();
    }

    /** Addresses that moved between ports since the switch began. Waits for nobody. */
    public long fdbMoves() {
        return workers.all().stream().mapToLong(worker -> worker.fdb().moves()).sum();
    }

    /** Events that found no room, since listeners were slow. */
    public long lostEvents() {
        return events.lost();
    }

    /** Slots of the pool that are not free, asked on each worker's thread; exact when no frame is on its way. */
    public synchronized int slotsInUse() {
        requireOpen();
        workers.onAll(SwitchWorker::exchangeReturns);
        int inUse = 0;
        for (SwitchWorker worker : workers.all()) {
            inUse += workers.onQuietly(worker, worker::slotsInUse);
        }
        return inUse;
    }

    // ---- links ----------------------------------------------------------------------------------

    /** Emulation of the links behind the ports. */
    public SwitchLinks links() {
        return links;
    }

    private final class LinkSite implements SwitchLinks.Site {
        @Override
        public @Nullable PortEntry port(String portName) {
            for (PortEntry port : portsNow) {
                if (port.name().equals(portName)) {
                    return port;
                }
            }
            return null;
        }

        @Override
        public List<PortEntry> ports() {
            return portsNow;
        }

        @Override
        public void onAll(Consumer<SwitchWorker> command) {
            synchronized (Switch.this) {
                requireOpen();
                workers.onAll(command);
            }
        }

        @Override
        public void tell(SwitchEvent event) {
            events.post(event);
        }
    }

    // ---- captures ---------------------------------------------------------------------------------

    /**
     * Captures frames from now on, until the capture or the switch is closed.
     *
     * @param consumer gets the frames, on a thread of the capture's own
     * @throws FilterException when the settings' filter cannot be used; nothing is captured then
     */
    public Capture capture(CaptureSettings settings, CaptureConsumer consumer) throws FilterException {
        return Capture.begin(captures, settings, consumer);
    }

    // ---- traces -----------------------------------------------------------------------------------

    /**
     * Traces frames from now on, until there are enough, or the trace or the switch is closed.
     *
     * @param consumer gets the frames, on a thread of the trace's own
     * @throws FilterException when the settings' filter cannot be used; nothing is traced then
     * @throws IllegalStateException when the switch is closed, or has {@link TraceSettings#MAX_RUNNING} traces
     */
    public Trace trace(TraceSettings settings, TraceConsumer consumer) throws FilterException {
        return Trace.begin(traces, settings, consumer);
    }

    // ---- program --------------------------------------------------------------------------------

    /** The eBPF programs of the switch and of its ports. */
    public SwitchPrograms programs() {
        return programs;
    }

    /**
     * Puts a program in front of learning, or removes it, between two batches. The one before is closed
     * after every worker has let go of it.
     */
    public void program(@Nullable ForwardingProgram next) {
        try {
            programs.attach(ProgramPlace.onSwitch(), next);
        } catch (ProgramException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private final class Site implements ProgramSite {
        @Override
        public String name() {
            return config.name();
        }

        @Override
        public int workers() {
            return config.workers();
        }

        @Override
        public FramePool pool() {
            return pool;
        }

        @Override
        public boolean hasThreads() {
            return config.threads();
        }

        @Override
        public int portNumber(String portName) {
            for (PortEntry port : portsNow) {
                if (port.name().equals(portName)) {
                    return port.number();
                }
            }
            return -1;
        }

        @Override
        public int mtuBytes(int portNumber) {
            List<PortEntry> known = portsNow;
            for (int i = 0; i < known.size(); i++) { // no iterator: workers come here
                if (known.get(i).number() == portNumber) {
                    return known.get(i).port().mtuBytes();
                }
            }
            return -1;
        }

        @Override
        public boolean publish(int portNumber, @Nullable ForwardingProgram program) {
            synchronized (Switch.this) {
                if (portNumber == SWITCH) {
                    programTable = programTable.withSwitch(program);
                } else {
                    Optional<PortEntry> found = ports.stream()
                            .filter(port -> port.number() == portNumber)
                            .findFirst();
                    if (found.isEmpty()) {
                        return false;
                    }
                    programTable = programTable.withPort(found.get().index(), program);
                }
                workers.awaitPassage();
                return true;
            }
        }

        @Override
        public void quiesce() {
            synchronized (Switch.this) {
                workers.awaitPassage();
            }
        }

        @Override
        public void tell(ProgramEvent event) {
            events.post(new SwitchEvent.ProgramChanged(event));
        }
    }

    // ---- forwarding database --------------------------------------------------------------------

    /** Entries of the forwarding database, as the first worker knows them. */
    public synchronized List<FdbInfo> fdb() {
        requireOpen();
        SwitchWorker first = workers.first();
        List<FdbEntry> entries = workers.onQuietly(first, () -> first.fdb().dump());
        Map<Integer, String> names = new LinkedHashMap<>();
        ports.forEach(port -> names.put(port.index(), port.name()));
        return entries.stream()
                .map(entry -> new FdbInfo(
                        entry.vlan(),
                        MacAddress.toString(entry.mac()),
                        names.getOrDefault(entry.portIndex(), "?"),
                        entry.isStatic(),
                        entry.ageSeconds()))
                .sorted(Comparator.comparingInt(FdbInfo::vlan).thenComparing(FdbInfo::mac))
                .toList();
    }

    /** Adds a static entry in every worker; false when there is no such port or no room. */
    public synchronized boolean addStatic(int vlan, long mac, String portName) {
        requireOpen();
        for (PortEntry port : ports) {
            if (port.name().equals(portName)) {
                boolean all = true;
                for (SwitchWorker worker : workers.all()) {
                    all &= workers.onQuietly(worker, () -> worker.fdb().addStatic(vlan, mac, port.index()));
                }
                return all;
            }
        }
        return false;
    }

    /** Removes an entry of either kind; false when there was none. */
    public synchronized boolean removeFdb(int vlan, long mac) {
        requireOpen();
        boolean any = false;
        for (SwitchWorker worker : workers.all()) {
            any |= workers.onQuietly(worker, () -> worker.fdb().remove(vlan, mac));
        }
        return any;
    }

    /** Removes all dynamic entries. */
    public synchronized void flushFdb() {
        requireOpen();
        workers.onAll(worker -> worker.fdb().flushDynamic(-1));
    }

    // ---- events ---------------------------------------------------------------------------------

    /** Hears of every event, on a thread of the switch's own. A slow listener loses events. */
    public void listen(Consumer<SwitchEvent> listener) {
        listeners.add(listener);
        events.start();
    }

    private final class LoopEvents implements LoopGuard.Listener {
        @Override
        public void blocked(LoopPort port, LoopPort other) {
            events.post(new SwitchEvent.LoopFound(port.name(), other.name()));
        }

        @Override
        public void released(LoopPort port) {
            events.post(new SwitchEvent.LoopReleased(port.name()));
        }
    }

    private final class Events implements WorkerEvents {
        @Override
        public void portState(PortEntry port, PortState state, String cause) {
            events.post(new SwitchEvent.PortStateChanged(port.name(), state, cause));
        }

        @Override
        public void macFlap(int vlan, long mac, int heldAtPortIndex) {
            String heldAt = portsNow.stream()
                    .filter(port -> port.index() == heldAtPortIndex)
                    .map(PortEntry::name)
                    .findFirst()
                    .orElse("?");
            events.post(new SwitchEvent.MacFlap(vlan, MacAddress.toString(mac), heldAt));
        }

        @Override
        public void linkExpired(PortEntry port, EmulatedLink link) {
            links.expired(port, link);
        }

        @Override
        public void stormStarted(PortEntry port, FloodClass kind, int limitFramesPerSecond) {
            events.post(new SwitchEvent.StormStarted(port.name(), kind, limitFramesPerSecond));
        }

        @Override
        public void fault(int worker, Throwable cause) {
            events.post(new SwitchEvent.WorkerFault(worker, String.valueOf(cause)));
        }
    }

    /**
     * Detaches every port, stops the workers and frees the pool. Endpoints of memory ports should have
     * been closed; their frames are gone with the pool. Idempotent.
     */
    @Override
    public void close() {
        programs.close();
        closeSwitch().forEach(Runnable::run);
    }

    /** Returns what is left to do without the lock. */
    private synchronized List<Runnable> closeSwitch() {
        if (closed) {
            return List.of();
        }
        closed = true;
        List.copyOf(ports).forEach(this::detach);
        portsNow = List.of();
        workers.stop();
        pool.close();
        List<Runnable> left = new ArrayList<>();
        left.add(events::close);
        captures.close().forEach(capture -> left.add(capture::close));
        traces.close().forEach(trace -> left.add(trace::close));
        return left;
    }
}
