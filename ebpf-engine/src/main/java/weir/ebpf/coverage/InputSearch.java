// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.coverage;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadException;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.interpreter.CheckedProgram;
import weir.ebpf.interpreter.InterpretedProgram;
import weir.ebpf.interpreter.Machines;
import weir.ebpf.interpreter.ObservedMachine;
import weir.ebpf.isa.Instruction;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.program.PathFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.xdp.XdpBatch;

/**
 * Looks for inputs that take a program all ways that are possible: runs inputs in the checking interpreter,
 * keeps those that go a way that none went before, and changes inputs where a way was not gone yet, first
 * as what is compared tells ({@link Solver}), then at random. The same program, the same inputs, as long as the
 * time suffices.
 */
public final class InputSearch {
    /** A frame meets what the frame before left in the maps. */
    private static final int RUNS_OF_AN_INPUT = 3;

    private static final int MAX_STEPS = 200_000;
    /** Runs from which solutions for one way are taken. */
    private static final int MAX_ATTEMPTS = 16;
    /** Runs in which nothing solved the comparison, until only one run in some is asked: most such ways never open. */
    private static final int EAGER_FAILURES = 32;

    private static final int RUNS_PER_LATER_TRY = 16;

    /** Inputs take memory while they wait. */
    private static final int MAX_WAITING = 10_000;

    private static final int MAX_RANDOM_CHANGES = 3;
    private static final int MAX_RANDOM_PORT = 4;
    /** Ways to change an input, most of them numbers. */
    private static final int RANDOM_KINDS = 12;

    private final ScratchMaps maps;
    private final ScratchHost host;
    private final PathFacts facts;
    private final Set<Direction> possible = new HashSet<>();
    private final Set<Direction> reached = new HashSet<>();
    private final Map<Direction, Integer> attempts = new HashMap<>();
    private final Map<Direction, Integer> failures = new HashMap<>();
    private final Deque<Input> waiting = new ArrayDeque<>();
    private final Set<Input> known = new HashSet<>();
    private final List<Input> kept = new ArrayList<>();
    private final Tracer tracer;
    private final SplittableRandom random;
    private Input running;
    private long frameStart;
    private boolean isNews;
    private int tried;
    private int triedAtNews;

    /**
     * What a search found.
     *
     * @param inputs that together go all ways that were reached, in the order in which they were found
     * @param tried inputs in all
     */
    public record Result(List<Input> inputs, Coverage coverage, int tried) {
        public Result {
            inputs = List.copyOf(inputs);
        }
    }

    /**
     * When a search ends, if not before.
     *
     * @param limit of time
     * @param patience inputs in a row that go no new way
     */
    public record Effort(Duration limit, int patience) {}

    private InputSearch(ProgramSpec spec, PathFacts facts, ScratchMaps maps, ScratchHost host) {
        this.facts = facts;
        this.maps = maps;
        this.host = host;
        tracer = new Tracer(spec, maps, this::branch);
        random = new SplittableRandom(spec.code().slots());
        running = Input.of(new byte[0]);
        for (int slot = 0; slot < spec.code().slots(); slot++) {
            if (spec.code().at(slot) instanceof Instruction.Branch branch && branch.offset() != 0) {
                addPossible(slot);
            }
        }
    }

    /** Without facts everything is possible; of a branch that no path reaches, nothing. */
    private void addPossible(int slot) {
        PathFacts.Branch branch = facts.branches().get(slot);
        for (boolean jumps : new boolean[] {false, true}) {
            if (branch == null ? facts.branches().isEmpty() : branch.may(jumps)) {
                possible.add(new Direction(slot, jumps));
            }
        }
    }

    /**
     * Searches until all ways are gone, nothing new is found, or the time is over.
     *
     * @param facts of the program; without any, only random changes are tried
     * @param maps that the program runs over
     * @param host that it runs on
     */
    public static Result run(ProgramSpec spec, PathFacts facts, ScratchMaps maps, ScratchHost host, Effort effort) {
        InputSearch search = new InputSearch(spec, facts, maps, host);
        HelperTable helpers = HelperTable.of(spec.type());
        try (Arena arena = Arena.ofConfined()) {
            Machines machines = new Machines(host, helpers);
            ObservedMachine machine = ObservedMachine.of(host, arena, MAX_STEPS, search.tracer);
            CheckedProgram program = CheckedProgram.of(
                    spec, helpers, maps.maps().stream().map(EbpfMap::spec).toList());
            InterpretedProgram interpreted = new InterpretedProgram(program, helpers, maps.maps(), machines);
            search.search(machine.on(interpreted), new ScratchFrame(arena, 1), effort);
        } catch (LoadException e) {
            throw new IllegalArgumentException("a program that is not well formed: " + spec.name(), e);
        }
        return new Result(search.kept, new Coverage(search.possible, search.reached), search.tried);
    }

    private void search(EbpfProgram program, ScratchFrame frame, Effort effort) {
        long endNanos = System.nanoTime() + effort.limit().toNanos();
        XdpBatch batch = new XdpBatch(1);
        StartFrames.all().forEach(each -> add(Input.of(each)));
        // The first input is always run: whoever asked has something to go on with.
        while (kept.isEmpty()
                || (!isDone() && tried - triedAtNews < effort.patience() && System.nanoTime() < endNanos)) {
            if (waiting.isEmpty()) {
                addChanged();
            } else {
                run(program, waiting.poll(), frame, batch);
            }
        }
    }

    private boolean isDone() {
        return reached.size() == possible.size();
    }

    private void add(Input input) {
        if (known.add(input)) {
            waiting.add(input);
        }
    }

    /** Changes at random run out where a program looks at little: what was tried before counts as tried again. */
    private void addChanged() {
        Input changed = changed(kept.get(random.nextInt(kept.size())));
        if (known.contains(changed)) {
            tried++;
        }
        add(changed);
    }

    private void run(EbpfProgram program, Input input, ScratchFrame frame, XdpBatch batch) {
        running = input;
        frameStart = frame.data();
        isNews = kept.isEmpty();
        tried++;
        host.prepare(input);
        maps.prepare(input);
        frame.put(input.frame());
        for (int i = 0; i < (maps.maps().isEmpty() ? 1 : RUNS_OF_AN_INPUT); i++) {
            frame.fill(batch, input);
            tracer.begin();
            program.run(batch, 0);
        }
        if (isNews) {
            triedAtNews = tried;
            kept.add(input);
        }
    }

    private void branch(ObservedMachine machine, int slot, Instruction.Branch branch, boolean jumps) {
        Direction way = new Direction(slot, jumps);
        if (possible.contains(way) && reached.add(way)) {
            isNews = true;
        }
        Direction other = way.other();
        PathFacts.Branch about = facts.branches().get(slot);
        boolean isWanted = possible.contains(other) && !reached.contains(other);
        boolean isFull = waiting.size() >= MAX_WAITING || attempts.getOrDefault(other, 0) >= MAX_ATTEMPTS;
        if (!isWanted || about == null || isFull || isHopeless(other)) {
            return;
        }
        Solver solver = new Solver(tracer, maps, running, frameStart);
        long left = machine.get(branch.dst());
        long right = Tracer.right(machine, branch);
        List<Input> solved = solver.solve(branch, about.comparisons(), left, right, !jumps);
        (solved.isEmpty() ? failures : attempts).merge(other, 1, Integer::sum);
        solved.forEach(this::add);
    }

    /** Whether a way that nothing opened so far is left out this time; each time that it is, counts. */
    private boolean isHopeless(Direction way) {
        int failed = failures.getOrDefault(way, 0);
        boolean isLeftOut = failed >= EAGER_FAILURES && failed % RUNS_PER_LATER_TRY != 0;
        if (isLeftOut) {
            failures.put(way, failed + 1);
        }
        return isLeftOut;
    }

    /** Numbers at random where the program looks, another length, other surroundings. */
    private Input changed(Input from) {
        Draft draft = new Draft(from);
        Solver solver = new Solver(tracer, maps, from, frameStart);
        int changes = 1 + random.nextInt(MAX_RANDOM_CHANGES);
        List<Integer> loads = List.copyOf(tracer.loads());
        for (int i = 0; i < changes; i++) {
            change(draft, solver, loads);
        }
        return draft.input();
    }

    private void change(Draft draft, Solver solver, List<Integer> loads) {
        switch (random.nextInt(RANDOM_KINDS)) {
            case 0 -> draft.set(draft.rest().withPort(random.nextInt(MAX_RANDOM_PORT)));
            case 1 -> draft.set(draft.rest().withStep(1L << random.nextInt(Integer.SIZE)));
            case 2 -> draft.set(draft.rest().withStart(1L << random.nextInt(Long.SIZE - 1)));
            case 3 -> draft.set(draft.rest().withScarcity(random.nextBoolean()));
            case 4 -> {
                boolean _ = draft.setLength(draft.length() - 1 - random.nextInt(draft.length()));
            }
            default -> {
                if (!loads.isEmpty()) {
                    int number = random.nextInt() >>> random.nextInt(Integer.SIZE);
                    boolean _ = solver.put(loads.get(random.nextInt(loads.size())), number, draft);
                }
            }
        }
    }
}
