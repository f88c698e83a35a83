// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import weir.ebpf.LoadException;
import weir.ebpf.ObjectFile;
import weir.ebpf.program.Fault;

/**
 * The programs of a switch. Changing one is a transaction: the new one is verified, compiled and warmed up while the
 * old one runs, published between two batches, and the old one is closed when no worker can be in it any more. Whatever
 * fails on the way leaves the old one running.
 *
 * <pre>
 *  load       verify, compile, warm up, prepare maps      the old program runs
 *  publish    one volatile store                          each worker changes over at its next batch
 *  quiesce    every worker has changed over
 *  watch      too many faults? publish the old one again  the new program runs, the old one is kept
 *  close      the old one
 * </pre>
 *
 * Any control thread; loads and unloads wait for each other, readers wait for nobody. Two locks: {@code changes} is held
 * from the start of a load to its end, which may be seconds, {@code lock} only while what is at a place is looked at or
 * exchanged. Bringing back an old program takes the second one only, so that no load delays it. What it removes stays open
 * while a load is under way, which may keep its maps.
 */
public final class SwitchPrograms implements AutoCloseable {
    private static final long WATCH_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long SHADOW_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ProgramSite site;
    private final ReentrantLock changes = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private final List<AttachedProgram> removedMeanwhile = new ArrayList<>();
    private final Map<Integer, Slot> slots = new ConcurrentHashMap<>();
    private boolean isWatching;
    private boolean areTraceable;
    private boolean isClosed;

    public SwitchPrograms(ProgramSite site) {
        this.site = site;
    }

    /** What is at one place. Fields are written under the lock. */
    private static final class Slot {
        final ProgramPlace place;
        final PlaceState state = new PlaceState();

        @Nullable
        ForwardingProgram published;

        volatile @Nullable AttachedProgram current;

        /** Ran before {@code current}, and comes back if that has too many faults. */
        @Nullable
        AttachedProgram standby;

        Rollback rollback = Rollback.NEVER;
        long standbyUntilNanos;

        Slot(ProgramPlace place) {
            this.place = place;
        }
    }

    // ---- readers -------------------------------------------------------------------------------------

    /** The eBPF program at a place. */
    public Optional<AttachedProgram> at(ProgramPlace place) {
        Slot slot = slots.get(number(place));
        return slot == null ? Optional.empty() : Optional.ofNullable(slot.current);
    }

    /** All eBPF programs, that of the switch first, then by port number. */
    public List<AttachedProgram> all() {
        return slots.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(slot -> slot.getValue().current)
                .filter(Objects::nonNull)
                .toList();
    }

    private int number(ProgramPlace place) {
        return switch (place) {
            case ProgramPlace.OnSwitch onSwitch -> ProgramSite.SWITCH;
            case ProgramPlace.OnPort(String name) -> site.portNumber(name);
        };
    }

    // ---- changes -------------------------------------------------------------------------------------

    /** {@link #load(ProgramPlace, ObjectFile, ProgramOptions, Consumer)} without anything to prepare. */
    public AttachedProgram load(ProgramPlace place, ObjectFile object, ProgramOptions options)
            throws LoadException, ProgramException {
        return load(place, object, options, program -> {});
    }

    /**
     * Puts a program at a place, instead of the one there, if any. Blocks until it decides about every new frame.
     *
     * @param prepare called when the program is ready and before it sees a frame: fills its maps
     * @throws LoadException when the program cannot be loaded, or the verifier refuses it
     * @throws ProgramException when there is no such port, or a Java program is at the place
     */
    public AttachedProgram load(
            ProgramPlace place, ObjectFile object, ProgramOptions options, Consumer<AttachedProgram> prepare)
            throws LoadException, ProgramException {
        changes.lock();
        try {
            int number = require(place);
            Slot slot = slotForEbpf(number, place);
            AttachedProgram mapsFrom = slot.current;
            AttachedProgram next = AttachedProgram.load(site, place, object, options, slot.state, mapsFrom);
            prepareOrClose(next, prepare);
            exchange(number, slot, mapsFrom, next, options.rollback());
            return next;
        } finally {
            endChange();
        }
    }

    /** Under the lock, since an old program may just be coming back. */
    private Slot slotForEbpf(int number, ProgramPlace place) throws ProgramException {
        lock.lock();
        try {
            Slot slot = slots.computeIfAbsent(number, key -> new Slot(place));
            if (slot.published != null && slot.current == null) {
                throw inTheWay(slot, place);
            }
            return slot;
        } finally {
            lock.unlock();
        }
    }

    /** What is published and has no handle is a program of the embedding application, or the stand-in of a shadow run. */
    private static ProgramException inTheWay(Slot slot, ProgramPlace place) {
        return slot.published instanceof EbpfForwardingProgram
                ? new ProgramException("a program runs in the shadow at " + place, "wait until it is done")
                : new ProgramException("a program in Java is at " + place, "remove it first");
    }

    private static void prepareOrClose(AttachedProgram next, Consumer<AttachedProgram> prepare) {
        boolean isReady = false;
        try {
            prepare.accept(next);
            isReady = true;
        } finally {
            if (!isReady) {
                next.close();
            }
        }
    }

    /** @param mapsFrom what was there when the load began; an older one may have come back since */
    private void exchange(
            int number, Slot slot, @Nullable AttachedProgram mapsFrom, AttachedProgram next, Rollback rollback)
            throws ProgramException {
        lock.lock();
        try {
            AttachedProgram before = slot.current;
            publish(number, slot, next);
            if (mapsFrom != null && !mapsFrom.equals(before)) {
                mapsFrom.passEntriesTo(next);
            }
            settle(slot, before, rollback);
            tell(slot, before, next);
        } finally {
            lock.unlock();
        }
    }

    /** Frees what was removed while a load might have needed it. */
    private void endChange() {
        lock.lock();
        try {
            if (changes.getHoldCount() == 1) {
                removedMeanwhile.forEach(AttachedProgram::close);
                removedMeanwhile.clear();
            }
        } finally {
            lock.unlock();
            changes.unlock();
        }
    }

    /** Frees a program that no worker runs any more, at once or when the load that is under way is over. */
    private void free(AttachedProgram program) {
        if (changes.isLocked()) {
            removedMeanwhile.add(program);
        } else {
            program.close();
        }
    }

    private int require(ProgramPlace place) throws ProgramException {
        int number = number(place);
        if (isClosed || number < 0) {
            throw new ProgramException(
                    isClosed ? "switch " + site.name() + " is closed" : "switch " + site.name() + " has no " + place,
                    "");
        }
        return number;
    }

    private void publish(int number, Slot slot, AttachedProgram next) throws ProgramException {
        boolean isPublished = false;
        try {
            if (areTraceable) {
                next.makeTraceable();
            }
            isPublished = site.publish(number, next.program());
        } finally {
            if (!isPublished) {
                next.close();
            }
        }
        if (!isPublished) {
            throw new ProgramException(slot.place + " was detached meanwhile", "");
        }
        slot.published = next.program();
        slot.current = next;
    }

    /** The program before is kept for a while, or closed; one that was kept so far is closed. */
    private void settle(Slot slot, @Nullable AttachedProgram before, Rollback rollback) {
        AttachedProgram current = Objects.requireNonNull(slot.current);
        if (before != null) {
            before.passEntriesTo(current);
            site.quiesce(); // an entry's old program may be at work
        }
        closeStandby(slot);
        if (before != null && rollback.isEnabled()) {
            slot.standby = before;
            slot.rollback = rollback;
            slot.standbyUntilNanos = System.nanoTime() + rollback.window().toNanos();
            watch();
        } else if (before != null) {
            before.close();
        }
    }

    private static void closeStandby(Slot slot) {
        if (slot.standby != null) {
            slot.standby.close();
            slot.standby = null;
        }
    }

    private void tell(Slot slot, @Nullable AttachedProgram before, AttachedProgram next) {
        String name = next.spec().name();
        site.tell(
                before == null
                        ? new ProgramEvent.Loaded(slot.place, name)
                        : new ProgramEvent.Replaced(
                                slot.place, name, before.spec().name()));
    }

    /**
     * Puts a program in Java at a place, or by null removes what is there, of either kind. The one before is closed
     * after every worker has let go of it.
     */
    public void attach(ProgramPlace place, @Nullable ForwardingProgram program) throws ProgramException {
        changes.lock();
        lock.lock();
        try {
            int number = require(place);
            if (!site.publish(number, program)) {
                throw new ProgramException(place + " was detached meanwhile", "");
            }
            Slot slot = slots.computeIfAbsent(number, key -> new Slot(place));
            vacate(slot);
            slot.published = program;
            if (program == null) {
                slots.remove(number);
                slot.state.events().close();
            }
        } finally {
            lock.unlock();
            endChange();
        }
    }

    /** Closes what is at a place; no worker runs it any more. */
    private void vacate(Slot slot) {
        AttachedProgram current = slot.current;
        ForwardingProgram published = slot.published;
        slot.current = null;
        slot.published = null;
        closeStandby(slot);
        if (current != null) {
            current.close();
            site.tell(new ProgramEvent.Unloaded(slot.place, current.spec().name()));
        } else if (published != null) {
            published.close();
        }
    }

    /**
     * Removes the eBPF program at a place.
     *
     * @return false when there is none
     */
    public boolean unload(ProgramPlace place) throws ProgramException {
        changes.lock();
        try {
            if (at(place).isEmpty()) {
                return false;
            }
            attach(place, null);
            return true;
        } finally {
            endChange();
        }
    }

    /** For the switch: a port is gone, no worker runs its program any more. */
    public void portGone(int portNumber) {
        changes.lock();
        lock.lock();
        try {
            Slot slot = slots.remove(portNumber);
            if (slot != null) {
                vacate(slot);
                slot.state.events().close();
            }
        } finally {
            lock.unlock();
            endChange();
        }
    }

    // ---- shadow ------------------------------------------------------------------------------------------

    /**
     * Begins to copy live frames at a place, for running a new program on them while the one there goes on deciding.
     * Where there is none, a stand-in that passes everything is put there until the run is closed.
     *
     * @param options where they say so, the new program's maps begin with copies of what those in place hold
     * @param frames 1 to {@link ShadowRun#MAX_FRAMES}
     * @param prepare called when the new program is ready: fills its maps
     * @throws LoadException when the program cannot be loaded, or the verifier refuses it
     * @throws ProgramException when there is no such port, or a Java program is at the place
     */
    public ShadowRun beginShadow(
            ProgramPlace place,
            ObjectFile object,
            ProgramOptions options,
            int frames,
            Consumer<AttachedProgram> prepare)
            throws LoadException, ProgramException {
        changes.lock();
        try {
            int number = require(place);
            AttachedProgram current = at(place).orElse(null);
            AttachedProgram candidate = AttachedProgram.load(site, place, object, options, new PlaceState(), null);
            try {
                if (options.keepMaps() && current != null) {
                    candidate.copyMapsOf(current);
                }
                prepare.accept(candidate);
                return observe(number, place, candidate, frames);
            } catch (ProgramException | RuntimeException | Error e) {
                candidate.close();
                throw e;
            }
        } finally {
            endChange();
        }
    }

    /** Under the lock, so that what is observed is what is published, and not what an old program just replaced. */
    private ShadowRun observe(int number, ProgramPlace place, AttachedProgram candidate, int frames)
            throws ProgramException {
        lock.lock();
        try {
            AttachedProgram current = at(place).orElse(null);
            EbpfForwardingProgram observed = current == null ? standIn(number, place) : current.program();
            Runnable end = current == null ? () -> removeStandIn(place, observed) : site::quiesce;
            return new ShadowRun(candidate, observed, site.workers(), frames, end);
        } finally {
            lock.unlock();
        }
    }

    private EbpfForwardingProgram standIn(int number, ProgramPlace place) throws ProgramException {
        Slot slot = slots.get(number);
        if (slot != null && slot.published != null) {
            throw inTheWay(slot, place);
        }
        PreparedProgram passing = new PreparedProgram(new PassingProgram(), false, false, false, false);
        EbpfForwardingProgram program =
                new EbpfForwardingProgram(passing, true, site.workers(), site.pool(), OnFault.DROP, List.of());
        attach(place, program);
        return program;
    }

    private void removeStandIn(ProgramPlace place, EbpfForwardingProgram program) {
        changes.lock();
        try {
            Slot slot = slots.get(number(place));
            if (slot != null && program.equals(slot.published)) {
                attach(place, null);
            }
        } catch (ProgramException e) {
            // The port is gone, and the stand-in with it.
        } finally {
            endChange();
        }
    }

    /**
     * Runs a new program on copies of live frames, without any effect. Blocks until they came.
     *
     * @param patience frames that have not come by then are not waited for
     */
    public ShadowReport shadow(
            ProgramPlace place,
            ObjectFile object,
            ProgramOptions options,
            int frames,
            Duration patience,
            Consumer<AttachedProgram> prepare)
            throws LoadException, ProgramException {
        try (ShadowRun run = beginShadow(place, object, options, frames, prepare)) {
            long deadline = System.nanoTime() + patience.toNanos();
            while (!run.hasAllFrames() && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(this, SHADOW_POLL_NANOS);
            }
            return run.finish();
        }
    }

    // ---- traces --------------------------------------------------------------------------------------------

    /**
     * For the switch: whether frames are traced from now on. If so, programs are made ready to have paths written down,
     * those that come later, too.
     */
    public void traceable(boolean areTraced) {
        lock.lock();
        try {
            boolean isNew = areTraced && !areTraceable;
            areTraceable = areTraced;
            for (Slot slot : slots.values()) {
                if (isNew && slot.current != null) {
                    slot.current.makeTraceable();
                }
                if (isNew && slot.standby != null) {
                    slot.standby.makeTraceable();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- the way back --------------------------------------------------------------------------------

    private void watch() {
        if (!isWatching && site.hasThreads()) {
            isWatching = true;
            Thread.ofPlatform()
                    .name("weir-" + site.name() + "-programs")
                    .daemon(true)
                    .start(this::watchUntilSettled);
        }
    }

    private void watchUntilSettled() {
        do {
            LockSupport.parkNanos(this, WATCH_EVERY_NANOS);
        } while (checkRollbacks());
    }

    /**
     * Brings back programs whose successors have too many faults, and closes those that are no longer needed. A switch
     * with threads does so by itself; the owner of one without calls this.
     *
     * @return whether there are programs that may still come back
     */
    public boolean checkRollbacks() {
        lock.lock();
        try {
            Collection<Map.Entry<Integer, Slot>> all = slots.entrySet();
            all.forEach(slot -> checkRollback(slot.getKey(), slot.getValue()));
            boolean any = all.stream().anyMatch(slot -> slot.getValue().standby != null);
            isWatching &= any;
            return any;
        } finally {
            lock.unlock();
        }
    }

    private void checkRollback(int number, Slot slot) {
        AttachedProgram standby = slot.standby;
        AttachedProgram current = slot.current;
        if (standby == null || current == null) {
            return;
        }
        if (slot.rollback.isDue(current.counters()) && site.publish(number, standby.program())) {
            slot.standby = null;
            slot.published = standby.program();
            slot.current = standby;
            current.passEntriesTo(standby);
            site.quiesce();
            ProgramCounters counters = current.counters();
            String cause =
                    current.lastFaults().stream().map(Fault::text).findFirst().orElse("");
            free(current);
            site.tell(new ProgramEvent.RolledBack(
                    slot.place,
                    standby.spec().name(),
                    current.spec().name(),
                    counters.faults(),
                    counters.frames(),
                    cause));
        } else if (System.nanoTime() - slot.standbyUntilNanos >= 0) {
            closeStandby(slot);
        }
    }

    /** Removes all programs. Idempotent. */
    @Override
    public void close() {
        changes.lock();
        lock.lock();
        try {
            isClosed = true;
            slots.forEach((number, slot) -> {
                site.publish(number, null);
                vacate(slot);
                slot.state.events().close();
            });
            slots.clear();
        } finally {
            lock.unlock();
            endChange();
        }
    }
}
