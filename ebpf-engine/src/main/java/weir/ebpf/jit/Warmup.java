// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapException;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.Maps;
import weir.ebpf.memory.Mem;
import weir.ebpf.xdp.XdpBatch;

/**
 * Runs a program's class over maps and frames of its own until HotSpot has compiled it, so that its first
 * real frames find fast code and every branch that generated frames can reach was seen. Live maps are not
 * touched. For a side thread: it takes a CPU for the time that it needs.
 */
final class Warmup {
    private static final int BATCH_FRAMES = 64;
    private static final int ROOM_BYTES = 2048;
    private static final int HEADROOM_BYTES = 256;

    /** So many runs let HotSpot compile by its highest tier, with some to spare. */
    private static final long MIN_FRAMES = 60_000;

    private static final long WINDOW_NANOS = 20_000_000;
    /** Windows in a row that are no faster than the best before: it is settled. */
    private static final int SETTLED_WINDOWS = 3;

    private static final double FASTER = 0.95;
    /** Maps of a scratch copy are no larger than this. */
    private static final int MAX_ENTRIES = 4096;

    private final CompiledProgram program;

    Warmup(CompiledProgram program) {
        this.program = program;
    }

    /**
     * What a warm-up was.
     *
     * @param frames that the program ran on
     * @param isSettled whether it had stopped getting faster when the time was over
     */
    record Result(long frames, boolean isSettled) {}

    /** Runs until the program is no longer getting faster, or the time is over. */
    Result run(Duration limit) {
        List<EbpfMap> maps = new ArrayList<>();
        try (JitCpus cpus = new JitCpus(new QuietHost());
                Arena arena = Arena.ofConfined()) {
            for (MapSpec spec : program.maps()) {
                maps.add(Maps.create(scratch(spec), 1));
            }
            Binding binding = program.bind(maps);
            return run(limit, cpus.of(0), binding, frames(arena));
        } catch (MapException e) {
            // There is no memory for a second set of maps: the program starts cold.
            return new Result(0, false);
        } finally {
            maps.forEach(EbpfMap::close);
        }
    }

    /** Programs and inner maps of the blueprint belong to the live object. Sizes count only where they are shape. */
    private static MapSpec scratch(MapSpec spec) {
        List<MapSpec.Entry> data = spec.contents().stream()
                .filter(each -> each instanceof MapSpec.Entry.Data)
                .toList();
        boolean isShape = switch (spec.type()) {
            case HASH, LRU_HASH, PERCPU_HASH, LRU_PERCPU_HASH, LPM_TRIE -> false;
            default -> true;
        };
        MapSpec copy = spec.withContents(data);
        return isShape || Integer.compareUnsigned(spec.maxEntries(), MAX_ENTRIES) <= 0
                ? copy
                : copy.withMaxEntries(MAX_ENTRIES);
    }

    private static Result run(Duration limit, JitCpu cpu, Binding binding, List<Slot> slots) {
        XdpBatch batch = new XdpBatch(BATCH_FRAMES);
        long end = System.nanoTime() + limit.toNanos();
        long frames = 0;
        double best = Double.MAX_VALUE;
        int settled = 0;
        while (settled < SETTLED_WINDOWS || frames < MIN_FRAMES) {
            long start = System.nanoTime();
            if (start >= end) {
                return new Result(frames, false);
            }
            long before = frames;
            while (System.nanoTime() - start < WINDOW_NANOS) {
                for (int from = 0; from < slots.size(); from += BATCH_FRAMES) {
                    fill(batch, slots, from);
                    binding.code.run(cpu, binding, batch);
                    frames += batch.size();
                }
            }
            double nanosPerFrame = (double) (System.nanoTime() - start) / (frames - before);
            settled = nanosPerFrame < best * FASTER ? 0 : settled + 1;
            best = Math.min(best, nanosPerFrame);
        }
        return new Result(frames, true);
    }

    /** Room for a frame, and the frame as it was before a program changed it. */
    private record Slot(long address, long original, int lengthBytes, int port) {}

    private List<Slot> frames(Arena arena) {
        List<Slot> slots = new ArrayList<>();
        int port = 1;
        for (byte[] frame : new WarmupFrames(program.spec()).all()) {
            long address = arena.allocate(ROOM_BYTES, BATCH_FRAMES).address();
            long original = arena.allocate(frame.length).address();
            Mem.copyFrom(frame, 0, original, frame.length);
            slots.add(new Slot(address, original, frame.length, port));
            port = port % 2 + 1;
        }
        return slots;
    }

    private static void fill(XdpBatch batch, List<Slot> slots, int from) {
        batch.clear();
        for (int i = from; i < Math.min(from + BATCH_FRAMES, slots.size()); i++) {
            Slot slot = slots.get(i);
            long start = slot.address() + HEADROOM_BYTES;
            Mem.copy(slot.original(), start, slot.lengthBytes());
            batch.add(slot.address(), start, start + slot.lengthBytes(), slot.address() + ROOM_BYTES, slot.port(), 0);
        }
    }
}
