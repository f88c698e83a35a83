// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.ObjectFile;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.Errno;
import weir.ebpf.map.MapOfMaps;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.map.ProgramArray;
import weir.ebpf.map.RedirectMap;
import weir.ebpf.map.RingBuffer;
import weir.ebpf.program.Fault;
import weir.ebpf.program.ProgramSpec;

/**
 * A loaded program at its place in a switch, with its maps: what {@link SwitchPrograms} hands out. Any control thread.
 * After {@link #isOpen} has become false, since the program was unloaded or replaced for good, other methods about
 * maps throw {@link IllegalStateException}; counters stay.
 */
public final class AttachedProgram {
    private static final int TRACE_BYTES = 1 << 16;

    private final ProgramSite site;
    private final ProgramPlace place;
    private final ObjectFile blueprint;
    private final LoadedObject object;
    private final ProgramSpec spec;
    private final Map<String, PreparedProgram> entryPrograms;
    private final PreparedProgram prepared;
    private final EbpfForwardingProgram program;
    private final RecordRing trace;
    private final PerfEvents events;
    private final ReentrantReadWriteLock lock;
    private boolean isTraceable;
    private boolean isClosed;

    private AttachedProgram(
            ProgramSite site,
            ProgramPlace place,
            ObjectFile blueprint,
            LoadedObject object,
            ProgramSpec spec,
            RecordRing trace,
            PlaceState state,
            ProgramOptions options) {
        this.site = site;
        this.place = place;
        this.blueprint = blueprint;
        this.object = object;
        this.spec = spec;
        this.trace = trace;
        events = state.events();
        lock = state.lock();
        entryPrograms = entryPrograms(object);
        prepared = prepared(object, spec.name());
        program = new EbpfForwardingProgram(
                prepared, takesOffloads(options), site.workers(), site.pool(), options.onFault(), blueprint.maps());
    }

    /**
     * Verifies, compiles and warms up; nothing runs on frames yet.
     *
     * @param before whose maps are kept where the options say so; null without
     * @throws LoadException when the program cannot be; nothing stays behind
     */
    static AttachedProgram load(
            ProgramSite site,
            ProgramPlace place,
            ObjectFile blueprint,
            ProgramOptions options,
            PlaceState state,
            @Nullable AttachedProgram before)
            throws LoadException {
        ProgramSpec spec = choose(blueprint, options.program());
        RecordRing trace = new RecordRing(TRACE_BYTES);
        LoadedObject object = null;
        try {
            LoadOptions load = LoadOptions.on(new SwitchHost(site.workers(), trace, state.events(), site::mtuBytes))
                    .onlyVerified()
                    .under(options.engine())
                    .only(name -> name.equals(spec.name())
                            || options.tailCalled().contains(name)
                            || isForEntries(blueprint, name));
            if (options.keepMaps() && before != null) {
                // Programs that go with the object are no state: each object has program arrays of its own.
                load = load.keepingMapsOf(before.object, map -> map.type() != MapType.PROG_ARRAY);
            }
            object = LoadedObject.load(blueprint, load);
            object.warmUp(options.warmUp());
            return new AttachedProgram(site, place, blueprint, object, spec, trace, state, options);
        } catch (LoadException | RuntimeException | Error e) {
            if (object != null) {
                object.close();
            }
            throw e;
        }
    }

    /** The program of that name, or without a name the only one that is for ports. */
    static ProgramSpec choose(ObjectFile blueprint, String name) throws LoadException {
        List<ProgramSpec> chosen = LoadedObject.chosen(blueprint, each -> true).stream()
                .filter(each -> each.attach() == ProgramSpec.Attach.DEVICE)
                .toList();
        List<String> names = chosen.stream().map(ProgramSpec::name).toList();
        if (name.isEmpty()) {
            if (chosen.size() != 1) {
                throw new LoadException(
                        chosen.isEmpty()
                                ? "the object has no program of XDP or VALE-BPF for ports"
                                : "the object has several programs; choose one of " + String.join(", ", names));
            }
            return chosen.getFirst();
        }
        return chosen.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LoadException("the object has no program " + name + " for ports, but "
                        + (names.isEmpty() ? "none" : String.join(", ", names))));
    }

    private static boolean isForEntries(ObjectFile blueprint, String name) {
        return blueprint.program(name).filter(AttachedProgram::isForEntries).isPresent();
    }

    private static boolean isForEntries(ProgramSpec spec) {
        return spec.attach() == ProgramSpec.Attach.DEVMAP || spec.attach() == ProgramSpec.Attach.CPUMAP;
    }

    private static Map<String, PreparedProgram> entryPrograms(LoadedObject object) {
        Map<String, PreparedProgram> found = new LinkedHashMap<>();
        object.programs().forEach((name, each) -> {
            if (isForEntries(each.spec())) {
                found.put(name, prepared(object, name));
            }
        });
        return found;
    }

    private static PreparedProgram prepared(LoadedObject object, String name) {
        return PreparedProgram.of(
                object.program(name).orElseThrow(), object.facts(name).orElseThrow());
    }

    /** Who writes a part of a frame leaves the rest of its checksum wrong, unless it knows what is there. */
    private boolean takesOffloads(ProgramOptions options) {
        return switch (options.offloads()) {
            case AS_THEY_CAME -> true;
            case FINISHED -> false;
            case BY_WHAT_IT_DOES ->
                !prepared.writes() && entryPrograms.values().stream().noneMatch(PreparedProgram::writes);
        };
    }

    public ProgramPlace place() {
        return place;
    }

    /** Blueprint of the program. */
    public ProgramSpec spec() {
        return spec;
    }

    /** The object that it came from; its BTF and map blueprints say how keys and values are typed. */
    public ObjectFile blueprint() {
        return blueprint;
    }

    /** What was done otherwise than the options asked for, in sentences. */
    public List<String> warnings() {
        return object.warnings();
    }

    public ProgramCounters counters() {
        return program.counters();
    }

    /** The last fault of each worker that had one. */
    public List<Fault> lastFaults() {
        return program.lastFaults();
    }

    EbpfForwardingProgram program() {
        return program;
    }

    PreparedProgram prepared() {
        return prepared;
    }

    // ---- maps ----------------------------------------------------------------------------------------

    /** Blueprints of the maps, in the object's order. */
    public List<MapSpec> maps() {
        return blueprint.maps();
    }

    /**
     * Uses a map while programs may run; its memory stays while {@code use} runs. Do not keep the map, and neither load
     * nor unload programs from there.
     *
     * @return what {@code use} gave; empty when there is no map of that name
     */
    public <T> Optional<T> withMap(String name, Function<EbpfMap, T> use) {
        T result;
        EbpfMap map;
        lock.readLock().lock();
        try {
            requireOpen();
            map = object.map(name).orElse(null);
            if (map == null) {
                return Optional.empty();
            }
            result = use.apply(map);
        } finally {
            lock.readLock().unlock();
        }
        if (map instanceof MapOfMaps outer) {
            freeRetired(outer);
        }
        return Optional.ofNullable(result);
    }

    /** Inner maps that control code took out are freed when no worker can hold them any more. */
    private void freeRetired(MapOfMaps outer) {
        lock.writeLock().lock();
        try {
            if (!isClosed && outer.retirement().size() > 0) {
                site.quiesce();
                outer.retirement().reclaim();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * Sets an entry of a devmap with a program ({@code xdp/devmap}) that frames meet on their way out, or of a cpumap with
     * one ({@code xdp/cpumap}) that they meet before they go on as if passed.
     *
     * @param target port where a devmap's entry sends frames; a cpumap's queue size, which says here only that the entry
     *     is there
     * @param entryProgram of this object; empty for none
     * @return 0 or a negative errno, as an update of the map; {@code -EINVAL} when the map is of another type
     * @throws IllegalArgumentException when there is no map, or no program for entries of such maps, of that name
     */
    public int setRedirect(String mapName, int key, int target, String entryProgram) {
        return withMap(
                        mapName,
                        map -> hasPrograms(map) && map instanceof RedirectMap redirect
                                ? redirect.set(
                                        key, target, entryProgram(map.spec().type(), entryProgram))
                                : -Errno.EINVAL)
                .orElseThrow(() -> new IllegalArgumentException("the program has no map " + mapName));
    }

    private @Nullable PreparedProgram entryProgram(MapType type, String name) {
        if (name.isEmpty()) {
            return null;
        }
        ProgramSpec.Attach attach = type == MapType.CPUMAP ? ProgramSpec.Attach.CPUMAP : ProgramSpec.Attach.DEVMAP;
        PreparedProgram found = entryPrograms.get(name);
        if (found == null || found.program().spec().attach() != attach) {
            List<String> known = entryPrograms.values().stream()
                    .map(each -> each.program().spec())
                    .filter(spec -> spec.attach() == attach)
                    .map(ProgramSpec::name)
                    .toList();
            throw new IllegalArgumentException("the object has no program " + name + " of a section xdp/"
                    + attach.name().toLowerCase(Locale.ROOT) + ", but " + known);
        }
        return found;
    }

    /**
     * Sets a slot of a program array, which {@code bpf_tail_call} goes to. The next object at the place has arrays of
     * its own.
     *
     * @param program of this object, loaded because {@link ProgramOptions#tailCalled} or the object's arrays name it
     * @return 0 or a negative errno, as {@link ProgramArray#set}; {@code -EINVAL} when the map is no program array
     * @throws IllegalArgumentException when there is no map or loaded program of that name
     */
    public int setProgram(String mapName, int index, String program) {
        EbpfProgram target = object.program(program)
                .orElseThrow(() -> new IllegalArgumentException("no program " + program + " is loaded, but "
                        + object.programs().keySet()));
        return withMap(mapName, map -> map instanceof ProgramArray array ? array.set(index, target) : -Errno.EINVAL)
                .orElseThrow(() -> new IllegalArgumentException("the program has no map " + mapName));
    }

    private static boolean hasPrograms(EbpfMap map) {
        return switch (map.spec().type()) {
            case DEVMAP, DEVMAP_HASH, CPUMAP -> true;
            default -> false;
        };
    }

    /**
     * In devmaps and cpumaps that live on in another program's object, entries name programs of this one. They get the other's
     * program of the same name, or none.
     */
    void passEntriesTo(AttachedProgram other) {
        for (EbpfMap map : object.maps().values()) {
            boolean isShared = hasPrograms(map) && other.object.maps().containsValue(map);
            if (isShared && map instanceof RedirectMap redirect) {
                map.control().entries().forEach(entry -> {
                    int key = MapCopies.key(entry);
                    if (redirect.program(key) instanceof PreparedProgram mine) {
                        String name = mine.program().spec().name();
                        redirect.set(key, redirect.target(key), other.entryPrograms.get(name));
                    }
                });
            }
        }
    }

    /** Copies what the maps of another program hold to this one's, where their definition is equal. */
    void copyMapsOf(AttachedProgram other) {
        other.lock.readLock().lock();
        try {
            other.requireOpen();
            MapCopies.copy(other.object, object, entryPrograms);
        } finally {
            other.lock.readLock().unlock();
        }
    }

    // ---- what programs say ------------------------------------------------------------------------------

    /**
     * Listens to a perf event array or a ring buffer.
     *
     * @param bytesPerWorker of a perf event array: room for events of each worker, a power of two; a ring buffer has
     *     room of its own
     * @throws IllegalArgumentException when the program has no such map, or it is of another type
     */
    public EventConsumer events(String mapName, int bytesPerWorker) {
        MapType type = blueprint
                .map(mapName)
                .map(MapSpec::type)
                .orElseThrow(() -> new IllegalArgumentException("the program has no map " + mapName));
        return switch (type) {
            case PERF_EVENT_ARRAY -> events.open(mapName, site.workers(), bytesPerWorker);
            case RINGBUF -> new RingConsumer(mapName);
            default -> throw new IllegalArgumentException("map " + mapName + " of type " + type + " has no events");
        };
    }

    private final class RingConsumer implements EventConsumer {
        private final String map;
        private final long lostBefore;

        RingConsumer(String map) {
            this.map = map;
            lostBefore = refused();
        }

        private long refused() {
            return withMap(map, each -> each instanceof RingBuffer ring ? ring.refused() : 0L)
                    .orElse(0L);
        }

        @Override
        public String map() {
            return map;
        }

        @Override
        public synchronized List<EventRecord> poll(int maxRecords) {
            List<EventRecord> records = new ArrayList<>();
            withMap(map, each -> {
                if (each instanceof RingBuffer ring) {
                    for (RingBuffer.Taken taken : ring.take(maxRecords)) {
                        if (taken.data() != null) {
                            records.add(new EventRecord(EventRecord.ANY_WORKER, taken.data(), Bytes.of(new byte[0])));
                        }
                    }
                }
                return true;
            });
            return records;
        }

        @Override
        public long lost() {
            return refused() - lostBefore;
        }

        @Override
        public void close() {
            // The ring goes on; nobody reads it.
        }
    }

    /**
     * Takes lines of {@code bpf_trace_printk}, oldest first. They are kept up to 64 KiB; what finds no room is lost.
     *
     * @param maxLines at most so many
     */
    public List<TraceLine> takeTrace(int maxLines) {
        List<TraceLine> lines = new ArrayList<>();
        lock.readLock().lock();
        try {
            requireOpen();
            while (lines.size() < maxLines) {
                RecordRing.Taken taken = trace.take();
                if (taken == null) {
                    break;
                }
                String text = new String(taken.first().toArray(), StandardCharsets.ISO_8859_1);
                lines.add(new TraceLine(taken.nanos(), text.stripTrailing()));
            }
        } finally {
            lock.readLock().unlock();
        }
        return lines;
    }

    /** Lines of {@code bpf_trace_printk} that found no room. */
    public long lostTrace() {
        return trace.lost();
    }

    // ---- traces --------------------------------------------------------------------------------------

    /** From now on the paths of traced frames can be written down. May be called while it runs. Idempotent. */
    void makeTraceable() {
        lock.writeLock().lock();
        try {
            if (!isTraceable && !isClosed) {
                program.trace(object.traced());
                isTraceable = true;
            }
        } catch (LoadException e) {
            throw new IllegalStateException("program " + spec.name() + " ran so far", e);
        } finally {
            lock.writeLock().unlock();
        }
    }

    // ---- life ----------------------------------------------------------------------------------------

    /** Whether maps can still be used: the program runs, or may come back if the one that replaced it fails. */
    public boolean isOpen() {
        lock.readLock().lock();
        try {
            return !isClosed;
        } finally {
            lock.readLock().unlock();
        }
    }

    private void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException("program " + spec.name() + " is no longer at " + place);
        }
    }

    /** Frees everything, when control code lets go of the maps. No worker runs it any more. Idempotent. */
    void close() {
        lock.writeLock().lock();
        try {
            if (!isClosed) {
                isClosed = true;
                object.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public String toString() {
        return spec.name() + " at " + place;
    }
}
