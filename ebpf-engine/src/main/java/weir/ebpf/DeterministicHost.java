// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongToIntFunction;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.Errno;
import weir.ebpf.memory.Mem;

/**
 * A host that is the same in every run: for tests and for running programs by hand. Time stands still
 * until it is moved, random numbers follow from a seed, and what programs say is kept, up to
 * {@link #MAX_KEPT} lines and events and {@link #MAX_EVENT_BYTES}. One thread; keeping them allocates.
 */
public final class DeterministicHost implements Host {
    /** Lines, and events, that are kept until they are taken; later ones are lost. */
    public static final int MAX_KEPT = 10_000;

    /** Bytes of all events that are kept until they are taken: a program may say more than there is memory. */
    public static final long MAX_EVENT_BYTES = 16 << 20;

    private final int cpus;
    private final List<String> lines = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final Map<Integer, Integer> mtuByPort = new HashMap<>();
    private LongToIntFunction fib = parameters -> FIB_NOT_FORWARDED;
    private long eventBytes;
    private boolean listensToEvents = true;
    private long nanos = 1_000_000_000L;
    private long randomState = 1;

    /** {@code BPF_FIB_LKUP_RET_NOT_FWDED}. */
    private static final int FIB_NOT_FORWARDED = 4;

    public DeterministicHost(int cpus) {
        this.cpus = cpus;
    }

    /**
     * A record of {@code bpf_perf_event_output}.
     *
     * @param map name of the map
     * @param cpu whose ring it went to
     */
    public record Event(String map, int cpu, Bytes data, Bytes frame) {}

    /** Moves the clock, which begins at 1 s. */
    public void advance(long byNanos) {
        nanos += byNanos;
    }

    /** Random numbers follow from this; 1 at first. */
    public void seed(long seed) {
        randomState = seed;
    }

    /** There is a port with this MTU from now on. */
    public void port(int port, int portMtuBytes) {
        mtuByPort.put(port, portMtuBytes);
    }

    /** Answers {@code bpf_fib_lookup}: given the address of the parameters, returns the result. */
    public void fib(LongToIntFunction lookup) {
        fib = lookup;
    }

    /** Whether somebody takes perf events; true at first. */
    public void listenToEvents(boolean listens) {
        listensToEvents = listens;
    }

    /** Lines of {@code bpf_trace_printk} so far. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    /** Events so far. */
    public List<Event> events() {
        return List.copyOf(events);
    }

    /** Lines since they were last taken; forgets them. */
    public List<String> takeLines() {
        List<String> taken = List.copyOf(lines);
        lines.clear();
        return taken;
    }

    /** Events since they were last taken; forgets them. */
    public List<Event> takeEvents() {
        List<Event> taken = List.copyOf(events);
        events.clear();
        eventBytes = 0;
        return taken;
    }

    @Override
    public int cpus() {
        return cpus;
    }

    @Override
    public long monotonicNanos() {
        return nanos;
    }

    @Override
    public long bootNanos() {
        return nanos;
    }

    /** SplitMix64, upper half. */
    @Override
    public int randomInt() {
        randomState += 0x9e3779b97f4a7c15L;
        long mixed = (randomState ^ randomState >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return (int) ((mixed ^ mixed >>> 31) >>> 32);
    }

    @Override
    public void trace(long address, int lengthBytes) {
        if (lines.size() < MAX_KEPT) {
            lines.add(new String(copy(address, lengthBytes), StandardCharsets.ISO_8859_1));
        }
    }

    @Override
    public int perfEvent(EbpfMap map, int cpu, long address, int lengthBytes, long frameAddress, int frameBytes) {
        if (!listensToEvents) {
            return -Errno.ENOENT;
        }
        long bytes = (long) lengthBytes + frameBytes;
        if (events.size() == MAX_KEPT || bytes > MAX_EVENT_BYTES - eventBytes) {
            return -Errno.ENOSPC;
        }
        eventBytes += bytes;
        Bytes data = Bytes.of(copy(address, lengthBytes));
        events.add(new Event(map.spec().name(), cpu, data, Bytes.of(copy(frameAddress, frameBytes))));
        return 0;
    }

    private static byte[] copy(long address, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        Mem.copyTo(address, bytes, 0, lengthBytes);
        return bytes;
    }

    @Override
    public int fibLookup(long parametersAddress, int flags) {
        return fib.applyAsInt(parametersAddress);
    }

    @Override
    public int mtuBytes(int port) {
        return mtuByPort.getOrDefault(port, -1);
    }
}
