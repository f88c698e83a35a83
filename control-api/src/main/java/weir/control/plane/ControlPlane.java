// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.control.plane.ControlException.Code;
import weir.control.run.HostConfig;
import weir.control.run.PortSpecs;
import weir.control.text.Spelling;
import weir.control.topology.Action;
import weir.control.topology.PortDefinition;
import weir.control.topology.ProgramDefinition;
import weir.control.topology.StaticEntry;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.Topology;
import weir.control.topology.TopologyDiff;
import weir.control.topology.TopologyVersion;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.SwitchEvent;
import weir.core.port.PortException;
import weir.core.program.ProgramEvent;
import weir.core.program.ProgramException;
import weir.core.program.ProgramOptions;
import weir.core.program.ShadowReport;
import weir.ports.PortRequest;

/**
 * The switches of this process and what is wanted of them. There is one way to change that: a new topology, reached step
 * by step from the one that is there; when a step fails the steps before it are taken back. Any thread; changes wait for
 * one another, readers never wait.
 */
public final class ControlPlane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);

    private final ReentrantLock changes = new ReentrantLock();
    private final Map<String, Switch> live = new ConcurrentSkipListMap<>();
    private final Map<String, String> failed = new ConcurrentSkipListMap<>();
    private final ObjectStore objects;
    private final ProgramLoader programs;
    private final LoadedPrograms loaded = new LoadedPrograms();
    private final TopologyStore store;
    private final EventHub events;
    private volatile Topology current = Topology.EMPTY;
    /** Frames wait for the ports, so programs get theirs at once, be they slow at first. Under the lock. */
    private boolean isRestoring;

    private volatile Versioned versioned = new Versioned(current, TopologyVersion.of(current));

    public ControlPlane(ObjectStore objects, TopologyStore store, EventHub events) {
        this.objects = objects;
        this.programs = new ProgramLoader(objects);
        this.store = store;
        this.events = events;
    }

    /**
     * How a change is made.
     *
     * @param expected versions of which the topology must have one when the change begins; empty when any will do
     */
    public record ChangeOptions(boolean dryRun, boolean keepMaps, Set<TopologyVersion> expected) {
        public static final ChangeOptions DEFAULT = new ChangeOptions(false, false);

        public ChangeOptions {
            expected = Set.copyOf(expected);
        }

        /** Whatever version is there. */
        public ChangeOptions(boolean dryRun, boolean keepMaps) {
            this(dryRun, keepMaps, Set.of());
        }
    }

    /** What runs now. */
    public Topology topology() {
        return current;
    }

    /** Which topology runs now. */
    @SuppressWarnings("ReferenceEquality") // another object is worked out anew, whatever it says
    public TopologyVersion version() {
        Versioned known = versioned;
        Topology now = current;
        if (known.topology() != now) {
            known = new Versioned(now, TopologyVersion.of(now));
            versioned = known;
        }
        return known.version();
    }

    /** A version that was worked out. */
    private record Versioned(Topology topology, TopologyVersion version) {}

    /**
     * Whether a change that expects one of some versions may be made now; empty is any.
     *
     * @throws ControlException ({@code stale}) when the topology is another one
     */
    public void check(Set<TopologyVersion> expected) throws ControlException {
        if (!expected.isEmpty() && !expected.contains(version())) {
            throw new ControlException(
                    Code.STALE,
                    "the configuration has changed; its version is now "
                            + version().tag(),
                    "get it again, look at what is different, and send the change with its new ETag in If-Match");
        }
    }

    public ObjectStore objects() {
        return objects;
    }

    public EventHub events() {
        return events;
    }

    /** The switches by name. */
    public Map<String, Switch> switches() {
        return Collections.unmodifiableMap(live);
    }

    /**
     * A switch that runs.
     *
     * @throws ControlException when there is none of that name
     */
    public Switch require(String name) throws ControlException {
        Switch sw = live.get(name);
        if (sw == null) {
            throw ControlException.notFound(
                    "no switch '" + name + "'",
                    Spelling.didYouMean(name, live.keySet())
                            + (live.isEmpty()
                                    ? "there is no switch yet; 'weir switch create NAME' makes one"
                                    : "switches are " + String.join(", ", live.keySet())));
        }
        return sw;
    }

    /**
     * A switch that runs and has a port.
     *
     * @param port empty when it does not matter
     * @throws ControlException when there is no such switch or port
     */
    public Switch require(String name, String port) throws ControlException {
        Switch sw = require(name);
        if (!port.isEmpty()) {
            requirePort(name, port);
        }
        return sw;
    }

    /**
     * A port of a switch.
     *
     * @throws ControlException when there is no such switch or port
     */
    public PortInfo requirePort(String switchName, String port) throws ControlException {
        List<PortInfo> ports = require(switchName).ports();
        for (PortInfo info : ports) {
            if (info.name().equals(port)) {
                return info;
            }
        }
        List<String> names = ports.stream().map(PortInfo::name).toList();
        throw ControlException.notFound(
                "no port '" + port + "' on switch " + switchName,
                Spelling.didYouMean(port, names)
                        + (names.isEmpty()
                                ? "it has no ports; 'weir port attach " + switchName + " SPEC' attaches one"
                                : "ports are " + String.join(", ", names)));
    }

    // ---- changes -------------------------------------------------------------------------------------

    /** What a request makes of the topology. */
    @FunctionalInterface
    public interface Change {
        /** Returns the topology that is wanted; throws when the request does not fit the one that is there. */
        Topology of(Topology now) throws ControlException;
    }

    /**
     * Makes the topology another one.
     *
     * @param change called once, while no other change is made
     * @return the steps that were taken, or with {@code dryRun} would be
     * @throws ControlException when a step fails, those before it were taken back; or when another version was expected
     */
    public List<Action> change(Change change, ChangeOptions options) throws ControlException {
        changes.lock();
        try {
            followRollbacks();
            check(options.expected());
            Topology before = current;
            Topology wanted = change.of(before);
            Uniqueness.check(wanted);
            Map<String, Integer> numbers = PortNumbers.of(live);
            List<Action> actions = TopologyDiff.between(before, wanted, numbers);
            if (!options.dryRun()) {
                perform(before, wanted, actions, options, numbers);
            }
            return actions;
        } finally {
            changes.unlock();
        }
    }

    /**
     * Makes the topology name the programs that run, where one with too many faults has given way to the one before. Under
     * the lock.
     */
    private void followRollbacks() {
        List<Action> steps = loaded.rolledBack(live, current);
        if (steps.isEmpty()) {
            return;
        }
        Topology followed = current;
        for (Action step : steps) {
            followed = step.after(followed);
        }
        current = followed;
        try (TopologyStore.Prepared kept = store.prepare(followed)) {
            kept.commit();
        } catch (ControlException e) {
            LOG.warn("cannot keep which programs run: {}; {}", e.getMessage(), e.hint());
        }
        publish(steps);
    }

    private void publish(List<Action> steps) {
        steps.forEach(step -> events.publish(step.switchName(), new Happening.Configured(step)));
    }

    /** On a thread of its own: who tells of events must not wait for a change, which may wait for who tells. */
    private void noteRollback(SwitchEvent event) {
        if (event instanceof SwitchEvent.ProgramChanged(ProgramEvent.RolledBack _)) {
            Thread.ofVirtual().name("weir-rollback").start(() -> {
                changes.lock();
                try {
                    followRollbacks();
                } finally {
                    changes.unlock();
                }
            });
        }
    }

    /** @param numbers of the ports before */
    private void perform(
            Topology before, Topology wanted, List<Action> actions, ChangeOptions options, Map<String, Integer> numbers)
            throws ControlException {
        if (before.equals(wanted)) {
            return;
        }
        try (TopologyStore.Prepared kept = store.prepare(wanted)) {
            Topology reached = before;
            try {
                for (Action action : actions) {
                    perform(action, options);
                    reached = action.after(reached);
                    current = reached;
                }
                kept.commit();
                publish(actions);
                current = wanted; // and not what was reached: a port that may have any number keeps the one it has
            } catch (ControlException e) {
                throw takenBack(reached, before, numbers, e);
            } catch (RuntimeException e) { // a defect, or the machine: no reason to stay half-way
                throw takenBack(
                        reached,
                        before,
                        numbers,
                        new ControlException(Code.UNUSABLE, String.valueOf(e), "", List.of(), List.of(), e));
            }
        }
    }

    /**
     * Reaches a topology that was kept. Called before all changes.
     *
     * A port that has ended with its container is left out, and stays in the topology until somebody detaches it.
     *
     * @param ignoreBadPorts whether other ports that cannot be attached are left out, too
     * @throws ControlException when a step fails
     */
    public void restore(Topology kept, boolean ignoreBadPorts) throws ControlException {
        changes.lock();
        isRestoring = true;
        try {
            for (Action action : TopologyDiff.between(current, kept, PortNumbers.of(live))) {
                try {
                    perform(action, ChangeOptions.DEFAULT);
                } catch (ControlException e) {
                    noteFailed(action, e, ignoreBadPorts);
                }
                current = action.after(current);
            }
            current = kept;
        } finally {
            isRestoring = false;
            changes.unlock();
        }
    }

    /** A port that is not there, or what is to be done to one that is not there. */
    private void noteFailed(Action action, ControlException e, boolean ignoreBadPorts) throws ControlException {
        boolean isGone = e.getCause() instanceof PortException port && port.kind() == PortException.Kind.GONE;
        boolean isOfLeftOut = failed.containsKey(action.place());
        if (!isOfLeftOut && !(action instanceof Action.AttachPort && (isGone || ignoreBadPorts))) {
            throw new ControlException(
                    e.code(), action.place() + ": " + e.getMessage(), e.hint(), e.errors(), e.violations(), e);
        }
        failed.putIfAbsent(action.place(), String.valueOf(e.getMessage()));
    }

    /** Ports that are wanted and could not be attached at the start, as {@code SWITCH:PORT}, and why. */
    public Map<String, String> failedPorts() {
        return Collections.unmodifiableMap(failed);
    }

    /** Names of those of one switch. */
    public Set<String> failedPorts(String switchName) {
        String prefix = switchName + ":";
        return failed.keySet().stream()
                .filter(place -> place.startsWith(prefix))
                .map(place -> place.substring(prefix.length()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Checks that a port may get a number without another one losing it: what is asked for one port is done to no other.
     * A topology as a whole may ask for any number.
     *
     * @param number 0 for any
     * @throws ControlException a conflict that names the port that has it
     */
    public void requireFreeNumber(String switchName, String port, int number) throws ControlException {
        SwitchDefinition definition = current.find(switchName);
        PortNumbers.requireFree(
                require(switchName), definition == null ? SwitchDefinition.DEFAULT : definition, port, number);
    }

    /**
     * Goes back to the topology before, in which ports had these numbers; what cannot be taken back is added to the cause.
     */
    private ControlException takenBack(
            Topology reached, Topology before, Map<String, Integer> numbers, ControlException cause) {
        List<String> left = new ArrayList<>();
        Topology now = PortNumbers.pinned(reached, PortNumbers.of(live));
        Topology then = PortNumbers.pinned(before, numbers);
        for (Action action : TopologyDiff.between(now, then, Map.of())) {
            try {
                perform(action, new ChangeOptions(false, true));
                now = action.after(now);
            } catch (ControlException | RuntimeException e) {
                left.add(action.kind().sign() + " " + action.place() + ": " + e.getMessage());
            }
        }
        current = left.isEmpty() ? before : PortNumbers.released(now, before);
        if (left.isEmpty()) {
            return cause;
        }
        return new ControlException(
                cause.code(),
                cause.getMessage() + "; and not all could be taken back: " + String.join("; ", left),
                cause.hint(),
                cause.errors(),
                cause.violations(),
                cause);
    }

    private void perform(Action action, ChangeOptions options) throws ControlException {
        switch (action) {
            case Action.CreateSwitch create -> create(create.switchName(), create.definition());
            case Action.DeleteSwitch delete -> delete(delete.switchName());
            case Action.AttachPort attach -> attach(attach.switchName(), attach.port(), attach.definition());
            case Action.DetachPort detach -> detach(detach);
            case Action.ChangePort change -> changePort(change.switchName(), change.port(), change.definition());
            case Action.SetLink set -> setLink(set);
            case Action.SetProgram set -> setProgram(set, options.keepMaps());
            case Action.SetStatic set -> setStatic(set);
        }
    }

    private void changePort(String switchName, String port, PortDefinition definition) throws ControlException {
        boolean isThere = require(switchName)
                .change(
                        port,
                        options -> options.withVlan(definition.vlan())
                                .withHairpin(definition.hairpin())
                                .withStorm(definition.storm()));
        if (!isThere) {
            requirePort(switchName, port);
        }
    }

    private void create(String name, SwitchDefinition definition) {
        Switch sw = Switch.create(HostConfig.named(name)
                .withWorkers(definition.workers())
                .withWaitMode(definition.waitMode())
                .withLoopGuard(definition.loopGuard()));
        live.put(name, sw);
        events.follow(name, sw);
        sw.listen(this::noteRollback);
    }

    private void delete(String name) throws ControlException {
        require(name).close();
        live.remove(name);
        failed.keySet().removeIf(place -> place.startsWith(name + ":"));
    }

    private void attach(String switchName, String port, PortDefinition definition) throws ControlException {
        Switch sw = require(switchName);
        try {
            PortRequest request = PortSpecs.parse(definition.spec());
            sw.attach(request.open(), definition.options(port), attached -> {
                if (definition.link() != null) {
                    sw.links().set(port, definition.link());
                }
                ProgramDefinition program = definition.program();
                if (program != null) {
                    load(sw, port, program, false);
                }
            });
        } catch (PortException e) {
            throw ControlException.of(e);
        }
    }

    private void load(Switch sw, @Nullable String port, ProgramDefinition definition, boolean keepMaps)
            throws ControlException {
        Duration warmUp = isRestoring ? Duration.ZERO : ProgramOptions.DEFAULT.warmUp();
        loaded.add(programs.load(sw, port, definition, keepMaps, warmUp), definition);
    }

    private void detach(Action.DetachPort detach) throws ControlException {
        Switch sw = require(detach.switchName());
        if (failed.remove(detach.place()) == null) {
            sw.detach(detach.port());
        }
    }

    private void setLink(Action.SetLink set) throws ControlException {
        Switch sw = require(set.switchName());
        boolean isThere =
                set.link() == null ? sw.links().clear(set.port()) : sw.links().set(set.port(), set.link());
        if (!isThere) {
            requirePort(set.switchName(), set.port());
        }
    }

    private void setProgram(Action.SetProgram set, boolean keepMaps) throws ControlException {
        Switch sw = require(set.switchName());
        ProgramDefinition definition = set.definition();
        if (definition != null) {
            load(sw, set.port(), definition, keepMaps);
            return;
        }
        try {
            sw.programs().unload(ProgramLoader.place(set.port()));
        } catch (ProgramException e) {
            throw new ControlException(
                    Code.UNUSABLE, String.valueOf(e.getMessage()), e.hint(), List.of(), List.of(), e);
        }
    }

    /**
     * Runs a program on copies of live frames, with no effect, and tells where it decides otherwise than the one in
     * place. Blocks until they came.
     *
     * @param port null for a program of the switch
     * @param keepMaps whether its maps begin with copies of what those in place hold
     * @param patience frames that have not come by then are not waited for
     * @throws ControlException when there is no such place, or the program cannot be loaded
     */
    public ShadowReport shadow(
            String switchName,
            @Nullable String port,
            ProgramDefinition definition,
            boolean keepMaps,
            int frames,
            Duration patience)
            throws ControlException {
        Switch sw = require(switchName);
        if (port != null) {
            requirePort(switchName, port);
        }
        return programs.shadow(sw, port, definition, keepMaps, frames, patience);
    }

    private void setStatic(Action.SetStatic set) throws ControlException {
        Switch sw = require(set.switchName());
        StaticEntry entry = set.entry();
        if (!set.isAdded()) {
            sw.removeFdb(entry.vlan(), entry.mac());
        } else if (!sw.addStatic(entry.vlan(), entry.mac(), entry.port())) {
            requirePort(set.switchName(), entry.port());
            throw new ControlException(
                    Code.UNUSABLE,
                    "no room for a static entry",
                    "the forwarding database of " + set.switchName() + " is full");
        }
    }

    /** Closes all switches; what is wanted stays in the store. */
    @Override
    public void close() {
        changes.lock();
        try {
            live.values().forEach(Switch::close);
            live.clear();
            current = Topology.EMPTY;
        } finally {
            changes.unlock();
        }
    }
}
