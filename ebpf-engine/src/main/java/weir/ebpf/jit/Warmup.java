// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import weir.ebpf.coverage.Coverage;
import weir.ebpf.coverage.Input;
import weir.ebpf.coverage.InputSearch;
import weir.ebpf.coverage.ScratchFrame;
import weir.ebpf.coverage.ScratchHost;
import weir.ebpf.coverage.ScratchMaps;
import weir.ebpf.map.MapException;
import weir.ebpf.xdp.XdpBatch;

/**
 * Runs a program's class over maps and frames of its own until HotSpot has compiled it, so that its first
 * real frames find fast code and every branch that generated frames can reach was seen. Live maps are not
 * touched. For a side thread: it takes a CPU for the time that it needs.
 */
final class Warmup {
    /** Copies of a frame that run over the same maps, before the next input has its turn. */
    private static final int COPIES = 8;

    /** HotSpot's highest tier needs about 15,000 runs that are counted, and those are not the first ones. */
    private static final long MIN_FRAMES = 20_000;

    private static final long WINDOW_NANOS = 15_000_000;
    /** Looks in a row at which all is compiled: code that meets something new is thrown away. */
    private static final int COMPILED_LOOKS = 2;
    /** Windows in a row that are no faster than the best before, where the JVM does not tell what it compiled. */
    private static final int SETTLED_WINDOWS = 4;

    private static final double FASTER = 0.95;
    /** For the search of inputs, and at most this part of the time. */
    private static final Duration SEARCH_LIMIT = Duration.ofSeconds(1);

    private static final int SEARCH_DIVISOR = 4;
    /** Inputs in a row that go no new way: what is not found by then is seldom found. */
    private static final int PATIENCE = 300;

    private final CompiledProgram program;

    Warmup(CompiledProgram program) {
        this.program = program;
    }

    /**
     * What a warm-up was.
     *
     * @param frames that the program ran on
     * @param isSettled whether all was compiled by the highest tier when the time was over, or, where the JVM does
     *     not tell, had stopped getting faster
     * @param coverage which branches were seen
     */
    record Result(long frames, boolean isSettled, Coverage coverage) {}

    /** Runs until the program is compiled by the highest tier, or the time is over. */
    Result run(Duration limit) {
        return run(limit, effort(limit));
    }

    /** The same with another effort for the search of inputs. */
    Result run(Duration limit, InputSearch.Effort effort) {
        long end = System.nanoTime() + limit.toNanos();
        ScratchHost host = new ScratchHost();
        JitCpus cpus = new JitCpus(host);
        try (ScratchMaps maps = ScratchMaps.of(program.maps());
                Arena arena = Arena.ofConfined()) {
            InputSearch.Result found =
                    InputSearch.run(program.spec(), program.facts().paths(), maps, host, effort);
            Binding binding = program.bind(maps.maps());
            HotSpotCode code = new HotSpotCode(program.unit(), binding.code.getClass());
            Runs runs = new Runs(cpus.of(0), binding, maps, host, code);
            for (Input input : found.inputs()) {
                runs.add(input, arena);
            }
            return runs.untilSettled(end, found.coverage());
        } catch (MapException e) {
            // There is no memory for a second set of maps: the program starts cold.
            return new Result(0, false, new Coverage(Set.of(), Set.of()));
        }
    }

    private static InputSearch.Effort effort(Duration limit) {
        Duration part = limit.dividedBy(SEARCH_DIVISOR);
        return new InputSearch.Effort(part.compareTo(SEARCH_LIMIT) < 0 ? part : SEARCH_LIMIT, PATIENCE);
    }

    /** The program's class over the inputs, again and again. */
    private static final class Runs {
        private final JitCpu cpu;
        private final Binding binding;
        private final ScratchMaps maps;
        private final ScratchHost host;
        private final HotSpotCode code;
        private final XdpBatch batch = new XdpBatch(COPIES);
        private final List<Prepared> inputs = new ArrayList<>();
        private long frames;

        private record Prepared(Input input, ScratchFrame frame) {}

        Runs(JitCpu cpu, Binding binding, ScratchMaps maps, ScratchHost host, HotSpotCode code) {
            this.cpu = cpu;
            this.binding = binding;
            this.maps = maps;
            this.host = host;
            this.code = code;
        }

        void add(Input input, Arena arena) {
            ScratchFrame frame = new ScratchFrame(arena, COPIES);
            frame.put(input.frame());
            inputs.add(new Prepared(input, frame));
        }

        Result untilSettled(long end, Coverage coverage) {
            double best = Double.MAX_VALUE;
            int settled = 0;
            int compiled = 0;
            while (System.nanoTime() < end) {
                double nanosPerFrame = window(System.nanoTime());
                settled = nanosPerFrame < best * FASTER ? 0 : settled + 1;
                best = Math.min(best, nanosPerFrame);
                if (frames >= MIN_FRAMES) {
                    compiled = code.isCompiled() ? compiled + 1 : 0;
                    if (HotSpotCode.isKnown() ? compiled >= COMPILED_LOOKS : settled >= SETTLED_WINDOWS) {
                        return new Result(frames, true, coverage);
                    }
                }
            }
            return new Result(frames, false, coverage);
        }

        /** Nanoseconds for a frame, its preparation left out. */
        private double window(long start) {
            long before = frames;
            long running = 0;
            long now = start;
            while (now - start < WINDOW_NANOS) {
                for (Prepared each : inputs) {
                    host.prepare(each.input());
                    maps.prepare(each.input());
                    each.frame().fill(batch, each.input());
                    long from = System.nanoTime();
                    binding.code.run(cpu, binding, batch);
                    now = System.nanoTime();
                    running += now - from;
                    frames += batch.size();
                }
            }
            return (double) running / (frames - before);
        }
    }
}
