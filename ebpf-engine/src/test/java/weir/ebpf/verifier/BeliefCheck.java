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
import weir.ebpf.program.FaultKind;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.random.RandomPackets;
import weir.ebpf.random.RandomProgram;

/**
 * Runs a program that the verifier accepts in the checking interpreter. Before each instruction the machine
 * must be in one of the states that were walked there; nothing may fault but for the budget of callbacks.
 */
final class BeliefCheck {
    /** Keeping every state takes memory: programs that take more steps are run, but not compared. */
    private static final VerifierOptions OPTIONS = new VerifierOptions(0, false, 60_000, Duration.ofSeconds(10));

    private final RandomProgram program;
    private final IdentityHashMap<ProgramSpec, WalkedStates> walked = new IdentityHashMap<>();
    private final List<String> misfits = new ArrayList<>();
    private boolean isCompared = true;
    private long steps;

    private BeliefCheck(RandomProgram program) {
        this.program = program;
    }

    /**
     * What came of it.
     *
     * @param accepted whether the verifier accepts the program and all targets of its tail calls; else nothing ran
     * @param compared whether states were compared, too
     * @param steps instructions that ran
     * @param misfit what was not as it was believed; empty if all was
     */
    record Result(boolean accepted, boolean compared, long steps, String misfit) {}

    static Result of(RandomProgram program, int packets) throws LoadException {
        BeliefCheck check = new BeliefCheck(program);
        for (ProgramSpec each : program.programs()) {
            if (!check.isAccepted(each)) {
                return new Result(false, false, 0, "");
            }
            check.walk(each);
        }
        check.run(packets);
        String misfit = check.misfits.isEmpty() ? "" : check.misfits.getFirst();
        return new Result(true, check.isCompared, check.steps, misfit);
    }

    private boolean isAccepted(ProgramSpec spec) {
        return Verifier.verify(spec, program.maps(), HelperTable.xdp(), VerifierOptions.standard())
                instanceof Verification.Accepted;
    }

    private void walk(ProgramSpec spec) {
        WalkedStates states = WalkedStates.of(spec, program.maps(), OPTIONS);
        walked.put(spec, states);
        if (states.verification() instanceof Verification.Rejected rejected) {
            Violation violation = rejected.violations().getFirst();
            isCompared = false;
            if (violation.kind() != ViolationKind.TOO_COMPLEX) {
                misfits.add("accepted only because a path was not walked: " + violation.text());
            }
        }
    }

    private void run(int packets) throws LoadException {
        LoadOptions options = LoadOptions.on(new DeterministicHost(1));
        try (Arena arena = Arena.ofConfined();
                LoadedObject loaded = LoadedObject.of(program.programs(), program.maps(), options)) {
            List<EbpfMap> maps = program.maps().stream()
                    .map(spec -> loaded.map(spec.name()).orElseThrow())
                    .toList();
            ObservedMachine machine = ObservedMachine.of(new DeterministicHost(1), arena, (at, slot) -> {
                steps++;
                if (isCompared && misfits.isEmpty()) {
                    compare(at, slot, maps);
                }
            });
            EbpfProgram main = machine.on(loaded.program(program.main().name()).orElseThrow());
            for (Bytes packet : RandomPackets.generate(program.seed(), packets)) {
                TestRun.Result result = TestRun.of(packet.toArray()).run(main);
                if (result.fault() != null && result.fault().kind() != FaultKind.BUDGET) {
                    misfits.add(result.fault().text());
                }
            }
        }
    }

    private void compare(ObservedMachine machine, int slot, List<EbpfMap> maps) {
        WalkedStates states = walked.get(machine.running());
        if (states == null) {
            throw new IllegalStateException("a program runs that was not walked");
        }
        TreeSet<String> reasons = new TreeSet<>();
        for (PathState state : states.at(slot)) {
            String misfit = StateFit.misfit(state, machine, maps, states);
            if (misfit.isEmpty()) {
                return;
            }
            reasons.add(misfit);
        }
        misfits.add("at slot " + slot + " of " + machine.running().name() + ": " + reasons);
    }
}
