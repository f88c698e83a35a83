// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import weir.control.report.LawReport;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.counter.PortCounters;
import weir.core.fdb.FdbConfig;
import weir.core.frame.Frame;
import weir.core.frame.PoolConfig;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.worker.WaitMode;
import weir.core.worker.WorkerHook;

/**
 * A switch with memory ports under full load from its own thread: the production worker with every
 * feature on, plus a hook that recycles delivered frames to where they came from. Stays warm between
 * measurements, so that it can be measured in turn with something else.
 */
public final class MemoryBenchRun implements AutoCloseable {
    /** For steps that take milliseconds on a machine that is not overcommitted. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long ADDRESS_PREFIX = 0x0200_0000_0000L;

    /** Of generated frames; enough of them that none is like the one before. */
    private static final int TEMPLATES_PER_PORT = 64;

    /** Where the frames come from. */
    public enum Load {
        /** What was delivered is sent again from where it came from. */
        RECYCLED,
        /** The same for programs that send all to the second port, and let nothing back in there: none starts there. */
        RECYCLED_TO_SECOND_PORT,
        /** New ones, for programs that drop them. */
        GENERATED
    }

    private final MemoryBenchCase benchCase;
    private final Switch sw;
    private final List<MemoryPort> ports = new ArrayList<>();
    private final WorkerGate gate = new WorkerGate();
    private final RecyclingHook recycling;
    private WorkerHook hook = WorkerHook.NONE;

    /** What one measurement gave. */
    public record Result(long frames, long nanos) {
        public double mpps() {
            return frames * 1e3 / nanos;
        }

        /** Both, one after the other. */
        public Result plus(Result next) {
            return new Result(frames + next.frames, nanos + next.nanos);
        }

        public double nanosPerFrame() {
            return (double) nanos / frames;
        }
    }

    /** Makes a switch that has learned all addresses, under load from now on. */
    public MemoryBenchRun(MemoryBenchCase benchCase, SwitchConfig base) throws PortException {
        this(benchCase, base, sw -> {}, Load.RECYCLED);
    }

    /** Something that is done to a switch before the load begins. */
    @FunctionalInterface
    public interface Preparation<E extends Exception> {
        void prepare(MemoryBenchRun run) throws E;
    }

    /** The same with something to do first, and with a choice of load. */
    public <E extends Exception> MemoryBenchRun(
            MemoryBenchCase benchCase, SwitchConfig base, Preparation<E> preparation, Load load)
            throws PortException, E {
        this.benchCase = benchCase;
        int frames = benchCase.frames();
        // Room for the circulating frames, for what the endpoints hold in reserve, and for copies.
        int slots = 2 * frames + 512 * benchCase.ports() + 1024;
        sw = Switch.create(base.withPool(new PoolConfig(slots, 0, slots))
                .withBatchFrames(benchCase.batch())
                .withWaitMode(WaitMode.BUSY)
                .withFdb(FdbConfig.withCapacity(Math.max(8192, benchCase.macs() / 3 * 4))
                        .withPortQuota(Math.max(512, benchCase.macs() / benchCase.ports() + 1)))
                .withHook(gate));
        MemoryPortConfig config =
                MemoryPortConfig.DEFAULT.withRingFrames(Math.max(frames, 64)).withIsolated(benchCase.copies());
        for (int p = 0; p < benchCase.ports(); p++) {
            MemoryPort port = new MemoryPort("m" + p, config);
            sw.attach(port, PortOptions.named("m" + p));
            ports.add(port);
        }
        List<MemoryEndpoint> endpoints =
                ports.stream().map(MemoryPort::endpoint).toList();
        recycling = new RecyclingHook(endpoints, sw.pool().baseAddress(), benchCase.batch());
        boolean isReady = false;
        try {
            teachAddresses();
            preparation.prepare(this);
            start(load, endpoints);
            isReady = true;
        } finally {
            if (!isReady) {
                close();
            }
        }
    }

    private void start(Load load, List<MemoryEndpoint> endpoints) {
        if (load != Load.GENERATED) {
            inject(load);
            hook = recycling;
        } else {
            List<byte[]> templates = new ArrayList<>();
            for (int port = 0; port < benchCase.ports(); port++) {
                for (int i = 0; i < TEMPLATES_PER_PORT; i++) {
                    templates.add(frame(port, templates.size()));
                }
            }
            hook = new GeneratingHook(endpoints, sw.pool().baseAddress(), benchCase.batch(), templates);
        }
        gate.open(hook);
    }

    /** Address number {@code station} behind a port. */
    private long address(int station, int port) {
        return ADDRESS_PREFIX | (long) station * benchCase.ports() + port;
    }

    /** Hears of an address and of the number of the port that it is behind. */
    @FunctionalInterface
    public interface StationVisitor {
        void station(long mac, int portNumber);
    }

    /** Goes over all addresses. Ports are numbered from 1. */
    public void forEachStation(StationVisitor visitor) {
        int stations = benchCase.macs() / benchCase.ports();
        for (int p = 0; p < benchCase.ports(); p++) {
            for (int s = 0; s < stations; s++) {
                visitor.station(address(s, p), p + 1);
            }
        }
    }

    /** Each address sends one frame to itself: learned, then dropped as hairpin, never flooded. */
    private void teachAddresses() {
        int stations = benchCase.macs() / benchCase.ports();
        for (int p = 0; p < benchCase.ports(); p++) {
            for (int s = 0; s < stations; s++) {
                send(p, BenchFrame.of(benchCase.frameBytes(), address(s, p), address(s, p), p, 0));
            }
        }
        long taught = (long) stations * benchCase.ports();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (dropped(sw.counters()) < taught) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(
                        "only " + dropped(sw.counters()) + " of " + taught + " addresses were taught");
            }
            Thread.onSpinWait();
        }
    }

    private static long dropped(Map<String, PortCounters> counters) {
        return counters.values().stream()
                .flatMap(port -> port.drops().values().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    private void inject(Load load) {
        int[] senders = IntStream.range(0, benchCase.ports())
                .filter(port -> load != Load.RECYCLED_TO_SECOND_PORT || port != 1)
                .toArray();
        for (int i = 0; i < benchCase.frames(); i++) {
            int port = senders[i % senders.length];
            send(port, frame(port, i));
        }
    }

    /** From a station of a port to a station of another one; which, and the flow, follow from the number. */
    private byte[] frame(int port, int number) {
        int stations = benchCase.macs() / benchCase.ports();
        int n = benchCase.ports();
        long random = mix(number);
        int other = (port + 1 + (int) ((random >>> 20) & 0xfff) % (n - 1)) % n;
        long source = address((int) ((random >>> 33) % stations), port);
        long destination = address((int) ((random >>> 45) % stations), other);
        return BenchFrame.of(benchCase.frameBytes(), destination, source, port, number);
    }

    /** Finalizer of SplitMix64 (Steele, Lea and Flood, 2014). */
    private static long mix(long number) {
        long z = (number + 1) * 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private void send(int port, byte[] bytes) {
        MemoryEndpoint endpoint = ports.get(port).endpoint();
        long frame = endpoint.allocate(PATIENCE_NANOS);
        if (frame < 0) {
            throw new IllegalStateException("the pool has no frame for port " + port);
        }
        long sized = Frame.withLength(frame, bytes.length);
        endpoint.bytes(sized).copyFrom(MemorySegment.ofArray(bytes));
        long[] one = {sized};
        while (endpoint.send(one, 0, 1) == 0) {
            Thread.onSpinWait();
        }
    }

    /** Stops the worker until {@link #resume}: it sleeps, and takes no time from others on its CPU. */
    public void pause() throws InterruptedException {
        gate.shut();
    }

    /** Lets the worker go on where it was. */
    public void resume() {
        gate.open(hook);
    }

    /** Times the worker's rounds from now on. */
    RoundTimer timeRounds() {
        RoundTimer timer = new RoundTimer(hook);
        gate.open(timer);
        return timer;
    }

    /** The switch under load. */
    public Switch underTest() {
        return sw;
    }

    /** Lets the switch run for a time and counts the frames that its ports took in, forwarded or not. */
    public Result measure(long nanos) throws InterruptedException {
        long framesBefore = received();
        long start = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(nanos);
        long end = System.nanoTime();
        return new Result(received() - framesBefore, end - start);
    }

    /**
     * The same of a switch that is under load: a slice in which the worker got no time at all, on a machine that is
     * overcommitted, is prolonged.
     */
    public Result measureMoving(long nanos) throws InterruptedException {
        Standstill standstill = new Standstill();
        Result slice = measure(nanos);
        while (standstill.lasts(slice.frames())) {
            slice = slice.plus(measure(nanos));
        }
        return slice;
    }

    private long received() {
        return sw.counters().values().stream().mapToLong(PortCounters::received).sum();
    }

    /** Frames that all ports together have sent so far. */
    public long transmitted() {
        return sw.counters().values().stream()
                .mapToLong(PortCounters::transmitted)
                .sum();
    }

    /**
     * Stops the load and checks the books: the law holds, nothing was flooded, and nothing was dropped
     * but the frames that taught the addresses, and generated ones.
     *
     * @throws IllegalStateException that says what is wrong
     */
    public void stopAndCheck() throws InterruptedException {
        gate.shut(); // the hook has finished its round, and is not called again
        gate.open(WorkerHook.NONE);
        long generated = hook instanceof GeneratingHook generating ? generating.generated() : 0;
        long circulating = hook == recycling ? recycling.recycled() + benchCase.frames() : 0;
        long taught = (long) (benchCase.macs() / benchCase.ports()) * benchCase.ports();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (received() != taught + generated + circulating && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        LawReport law = LawReport.await(sw);
        if (!law.holds()) {
            throw new IllegalStateException(law.sentence());
        }
        Map<String, PortCounters> counters = sw.counters();
        long dropped = dropped(counters);
        long flooded =
                counters.values().stream().mapToLong(PortCounters::floodCopies).sum();
        long sent = transmitted();
        if (dropped != taught + generated || flooded != 0 || sent != circulating) {
            throw new IllegalStateException("the books are wrong: dropped " + dropped + " (expected "
                    + (taught + generated) + "), flooded " + flooded + " (expected 0), transmitted " + sent + " of "
                    + circulating + ": " + counters);
        }
    }

    @Override
    public void close() {
        gate.open(WorkerHook.NONE);
        sw.close();
    }
}
