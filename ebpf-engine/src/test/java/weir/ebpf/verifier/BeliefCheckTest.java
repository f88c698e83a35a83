// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import weir.ebpf.DeterministicHost;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.interpreter.ObservedMachine;
import weir.ebpf.isa.Decoder;
import weir.ebpf.isa.Encoder;
import weir.ebpf.isa.Listing;
import weir.ebpf.isa.MalformedCodeException;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.FaultKind;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.random.Mutation;
import weir.ebpf.random.ProgramGenerator;
import weir.ebpf.random.RandomPackets;
import weir.ebpf.random.RandomProgram;
import weir.ebpf.random.Seeds;
import weir.ebpf.random.Weights;
import weir.testing.RunSize;

/**
 * What the verifier believes is true: random programs that it accepts, and random changes of them, run in the
 * checking interpreter. Before each instruction the machine is in one of the states that the verifier walked
 * there, and nothing faults but for the budget of callbacks.
 */
class BeliefCheckTest {
    private static final int PROGRAMS = RunSize.of(500, 100_000);
    /** Of each program, beside the program itself. */
    private static final int MUTATIONS = 9;

    private static final int PACKETS = 4;
    private static final int ENOUGH = 5;
    private static final Duration CI_TIME = Duration.ofSeconds(25);
    /** Keeping every state takes memory: programs that take more steps are verified, run, but not compared. */
    private static final VerifierOptions OPTIONS = new VerifierOptions(0, false, 60_000, Duration.ofSeconds(10));

    private final ProgramGenerator generator = new ProgramGenerator(Weights.everything());
    private final List<String> failures = new ArrayList<>();
    private final TreeSet<String> seen = new TreeSet<>();
    private int compared;
    private int refused;
    private int tooLarge;
    private long steps;

    @Test
    void everyRunStaysInsideTheStatesThatWereWalked() throws LoadException {
        long deadline = System.nanoTime() + CI_TIME.toNanos() * RunSize.of(1, 1_000);
        for (long seed : Seeds.of(PROGRAMS)) {
            if (failures.size() >= ENOUGH || System.nanoTime() - deadline > 0) {
                break;
            }
            RandomProgram program = generator.generate(seed);
            check(program, "seed " + seed);
            SplittableRandom random = new SplittableRandom(seed);
            byte[] code = Encoder.encode(program.main().code());
            for (int i = 0; i < MUTATIONS; i++) {
                byte[] changed = Mutation.of(code, random);
                try {
                    check(program.withMainCode(Decoder.decode(changed)), "seed " + seed + ", change " + i);
                } catch (MalformedCodeException e) {
                    refused++;
                }
            }
        }
        System.out.println(compared + " programs compared in " + steps + " steps, " + refused + " refused, " + tooLarge
                + " too large to be compared");
        assertEquals(List.of(), failures, () -> String.join("\n", failures));
        assertTrue(compared > refused / 10, "hardly a program is compared");
    }

    private void check(RandomProgram program, String name) throws LoadException {
        Map<ProgramSpec, WalkedStates> walked = new IdentityHashMap<>();
        boolean isComparable = true;
        for (ProgramSpec each : program.programs()) {
            Verification usual;
            try {
                usual = Verifier.verify(each, program.maps(), HelperTable.xdp(), VerifierOptions.standard());
            } catch (RuntimeException e) {
                fail(name, each, program.maps(), "the verifier throws " + e + " at " + e.getStackTrace()[0]);
                return;
            }
            if (usual instanceof Verification.Rejected) {
                refused++;
                return;
            }
            WalkedStates states = WalkedStates.of(each, program.maps(), OPTIONS);
            if (states.verification() instanceof Verification.Rejected rejected) {
                Violation violation = rejected.violations().getFirst();
                if (violation.kind() != ViolationKind.TOO_COMPLEX) {
                    fail(name, each, program.maps(), "accepted only because a path was not walked: " + violation.text());
                    return;
                }
                isComparable = false;
            }
            walked.put(each, states);
        }
        tooLarge += isComparable ? 0 : 1;
        compared += isComparable ? 1 : 0;
        run(program, isComparable ? walked : Map.of(), name);
    }

    private void run(RandomProgram program, Map<ProgramSpec, WalkedStates> walked, String name) throws LoadException {
        LoadOptions options = LoadOptions.on(new DeterministicHost(1));
        try (Arena arena = Arena.ofConfined();
                LoadedObject loaded = LoadedObject.of(program.programs(), program.maps(), options)) {
            List<EbpfMap> maps = program.maps().stream()
                    .map(spec -> loaded.map(spec.name()).orElseThrow())
                    .toList();
            List<String> misfits = new ArrayList<>();
            ObservedMachine machine = ObservedMachine.of(new DeterministicHost(1), arena, (at, slot) -> {
                steps++;
                WalkedStates states = walked.get(at.running());
                if (states != null && misfits.isEmpty()) {
                    compare(states, at, slot, maps, misfits);
                }
            });
            ProgramSpec main = program.main();
            for (Bytes packet : RandomPackets.generate(program.seed(), PACKETS)) {
                TestRun.Result result = TestRun.of(packet.toArray())
                        .run(machine.on(loaded.program(main.name()).orElseThrow()));
                if (result.fault() != null && result.fault().kind() != FaultKind.BUDGET) {
                    misfits.add(result.fault().text());
                }
                if (!misfits.isEmpty()) {
                    fail(name, main, program.maps(), misfits.getFirst() + "\npacket " + packet);
                    return;
                }
            }
        }
    }

    private static void compare(
            WalkedStates walked, ObservedMachine machine, int slot, List<EbpfMap> maps, List<String> misfits) {
        TreeSet<String> reasons = new TreeSet<>();
        for (PathState state : walked.at(slot)) {
            String misfit = StateFit.misfit(state, machine, maps, walked);
            if (misfit.isEmpty()) {
                return;
            }
            reasons.add(misfit);
        }
        misfits.add("at slot " + slot + " of " + machine.running().name() + ": " + reasons);
    }

    private void fail(String name, ProgramSpec spec, List<MapSpec> maps, String what) {
        if (!seen.add(what.replaceAll("[0-9a-f]+", "#"))) {
            return;
        }
        String listing = new Listing(spec.code())
                .maps(index -> index >= 0 && index < maps.size() ? maps.get(index).name() : null)
                .text();
        failures.add(name + ": " + what + "\n" + listing);
    }
}
