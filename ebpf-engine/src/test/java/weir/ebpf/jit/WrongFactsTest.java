// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.isa.Instruction;
import weir.ebpf.program.FaultKind;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.random.ProgramGenerator;
import weir.ebpf.random.RandomProgram;
import weir.ebpf.random.Weights;
import weir.testing.RunSize;

/**
 * The verifier's facts make checked code faster, never wrong: whatever they claim, programs give the same
 * as without them. Facts about dead code are believed, and where they are wrong the frame ends as a fault.
 */
class WrongFactsTest {
    private static final int PROGRAMS = RunSize.of(300, 5_000);
    private static final List<ProgramFacts.Value> CLAIMS = List.of(
            new ProgramFacts.Value.Unknown(),
            new ProgramFacts.Value.Constant(0),
            new ProgramFacts.Value.Context(),
            new ProgramFacts.Value.Packet(),
            new ProgramFacts.Value.Stack(0, -8),
            new ProgramFacts.Value.Stack(1, -512),
            new ProgramFacts.Value.Map(0),
            new ProgramFacts.Value.MapValue(0),
            new ProgramFacts.Value.RingRecord());

    private final ProgramGenerator generator = new ProgramGenerator(Weights.everything());

    @Test
    void wrongPointersChangeNothing() throws LoadException {
        for (long seed = 0; seed < PROGRAMS; seed++) {
            RandomProgram program = generator.generate(seed);
            SplittableRandom random = new SplittableRandom(seed);
            List<Object> expected = run(program, Facts.NONE);
            ProgramFacts wrong = Facts.of(pointers(program.main(), random), Set.of());
            assertEquals(expected, run(program, wrong), "seed " + seed);
        }
    }

    @Test
    void codeThatIsWronglyCalledDeadIsAFault() throws LoadException {
        int faults = 0;
        for (long seed = 0; seed < PROGRAMS; seed++) {
            RandomProgram program = generator.generate(seed);
            int slot = lastExit(program.main());
            List<Object> outcome = run(program, Facts.of(Map.of(), Set.of(slot)));
            for (Object each : outcome) {
                boolean isFault = each.equals(FaultKind.INSTRUCTION);
                assertTrue(isFault || !(each instanceof FaultKind), "seed " + seed + ": " + outcome);
                faults += isFault ? 1 : 0;
            }
        }
        assertTrue(faults > PROGRAMS / 2, faults + " faults");
    }

    private static Map<Integer, ProgramFacts.Value> pointers(ProgramSpec spec, SplittableRandom random) {
        Map<Integer, ProgramFacts.Value> pointers = new HashMap<>();
        for (int slot = 0; slot < spec.code().slots(); slot++) {
            if (spec.code().at(slot) != null) {
                pointers.put(slot, CLAIMS.get(random.nextInt(CLAIMS.size())));
            }
        }
        return pointers;
    }

    private static int lastExit(ProgramSpec spec) {
        int last = 0;
        for (int slot = 0; slot < spec.code().slots(); slot++) {
            last = spec.code().at(slot) instanceof Instruction.Exit ? slot : last;
        }
        return last;
    }

    /** For each of some frames: the fault's kind, or what the program made of it. */
    private static List<Object> run(RandomProgram program, ProgramFacts mainFacts) throws LoadException {
        DeterministicHost host = new DeterministicHost(1);
        List<Object> outcome = new ArrayList<>();
        try (LoadedObject object = LoadedObject.of(program.programs(), program.maps(), LoadOptions.on(host));
                JitPrograms compiled = JitPrograms.of(
                        object, host, true, spec -> spec.equals(program.main()) ? mainFacts : Facts.NONE)) {
            EbpfProgram main = compiled.program(program.main().name());
            for (int bytes : new int[] {14, 64, 200}) {
                TestRun.Result result = TestRun.of(frame(bytes)).run(main);
                outcome.add(
                        result.fault() == null
                                ? List.of(result.action(), result.data())
                                : result.fault().kind());
            }
        }
        return outcome;
    }

    private static byte[] frame(int bytes) {
        byte[] frame = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            frame[i] = (byte) (i * 7);
        }
        return frame;
    }
}
