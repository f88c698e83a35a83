// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.TreeSet;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.interpreter.ObservedMachine;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.random.RandomPackets;
import weir.ebpf.random.RandomProgram;

/**
 * Runs a program that the verifier accepts in the checking interpreter. Before each instruction the machine
 * must be in one of the states that were walked there; nothing may fault but for the budget of callbacks.
 */
final class BeliefCheck {
    /** Keeping every state takes memory and time: programs that take more steps are left out. */
    private static final VerifierOptions OPTIONS = new VerifierOptions(0, false, 60_000, Duration.ofSeconds(10));

    private final RandomProgram program;
    private final IdentityHashMap<ProgramSpec, WalkedStates> walked = new IdentityHashMap<>();
    private final List<String> misfits = new ArrayList<>();
    private boolean isCompared = true;
    private long steps;

    private BeliefCheck(RandomProgram program) {
        this.program = program;
    }

    /** What became of a program. */
    enum Fate {
        /** The verifier refuses it or the target of a tail call; nothing ran. */
        REFUSED,
        /** It takes the verifier too long for a test; nothing ran. */
        TOO_LARGE,
        /** It ran; its states cannot be compared: they take too much memory, or a path that was not walked is refused. */
        RUN,
        /** It ran, and before each instruction its state was compared. */
        COMPARED
    }

    /**
     * What came of it.
     *
     * @param steps instructions that ran
     * @param misfit what was not as it was believed; empty if all was
     */
    record Result(Fate fate, long steps, String misfit) {}

    static Result of(RandomProgram program, int packets) throws LoadException {
        return of(program, program.programs(), packets);
    }

    /**
     * The same where the verifier is deceived.
     *
     * @param believed what the verifier gets to see instead of the programs
     */
    static Result of(RandomProgram program, List<ProgramSpec> believed, int packets) throws LoadException {
        BeliefCheck check = new BeliefCheck(program);
        for (int i = 0; i < believed.size(); i++) {
            Verification verification = Verifier.verify(believed.get(i), program.maps(), HelperTable.xdp(), OPTIONS);
            if (verification instanceof Verification.Rejected rejected) {
                return new Result(isTooLarge(rejected) ? Fate.TOO_LARGE : Fate.REFUSED, 0, "");
            }
            check.walk(program.programs().get(i), believed.get(i));
        }
        check.run(packets);
        String misfit = check.misfits.isEmpty() ? "" : check.misfits.getFirst();
        return new Result(check.isCompared ? Fate.COMPARED : Fate.RUN, check.steps, misfit);
    }

    private static boolean isTooLarge(Verification.Rejected rejected) {
        return rejected.violations().getFirst().kind() == ViolationKind.TOO_COMPLEX;
    }

    private void walk(ProgramSpec spec, ProgramSpec believed) {
        WalkedStates states = WalkedStates.of(believed, program.maps(), OPTIONS);
        walked.put(spec, states);
        if (states.verification() instanceof Verification.Rejected rejected) {
            Violation violation = rejected.violations().getFirst();
            isCompared = false;
            if (!isTooLarge(rejected) && !isAboutOneFarOffset(violation) && !isAboutUnreadStack(violation)) {
                misfits.add("accepted only because a path was not walked: " + violation.text());
            }
        }
    }

    /**
     * As in Linux, an offset that is known to be far is refused where it is added, and one that may be far or
     * near only where it is used. So a path that ended in a state with any offset may go on to a refusal when it
     * is walked by itself; it is run all the same, and must not fault.
     */
    private static boolean isAboutOneFarOffset(Violation violation) {
        return violation.message().startsWith("math between ")
                || violation.message().contains(" pointer offset ");
    }

    /**
     * A part of a spilled pointer may not be overwritten, as in Linux without {@code CAP_PERFMON}. A state without a
     * pointer there covers one with it where nobody reads the slot, and so what is left of the pointer.
     */
    private static boolean isAboutUnreadStack(Violation violation) {
        return violation.message().contains("attempt to corrupt spilled pointer");
    }

    private void run(int packets) throws LoadException {
        LoadOptions options = LoadOptions.on(new DeterministicHost(1));
        try (Arena arena = Arena.ofConfined();
                LoadedObject loaded = LoadedObject.of(program.programs(), program.maps(), options)) {
            List<EbpfMap> maps = program.maps().stream()
                    .map(spec -> loaded.map(spec.name()).orElseThrow())
                    .toList();
            ObservedMachine machine = ObservedMachine.of(new DeterministicHost(1), arena, (observed, slot) -> {});
            StateFit fit = new StateFit(machine, maps);
            machine.observe((observed, slot) -> {
                steps++;
                if (isCompared && misfits.isEmpty()) {
                    compare(machine.running(), slot, fit);
                }
            });
            EbpfProgram main = machine.on(loaded.program(program.main().name()).orElseThrow());
            for (Bytes packet : RandomPackets.generate(program.seed(), packets)) {
                TestRun.Result result = TestRun.of(packet.toArray()).run(main);
                if (result.fault() != null && !result.fault().kind().isLimit()) {
                    misfits.add(result.fault().text());
                }
            }
        }
    }

    private void compare(ProgramSpec running, int slot, StateFit fit) {
        WalkedStates states = walked.get(running);
        if (states == null) {
            throw new IllegalStateException("a program runs that was not walked");
        }
        if (states.find(slot, fit) != null) {
            return;
        }
        TreeSet<String> reasons = new TreeSet<>();
        for (PathState state : states.at(slot)) {
            boolean _ = fit.fits(state, states);
            reasons.add(fit.misfit());
        }
        misfits.add("at slot " + slot + " of " + running.name() + ": " + reasons);
    }
}
