// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.DeterministicHost;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.Unverified;
import weir.ebpf.program.AddressKind;
import weir.ebpf.program.Fault;
import weir.ebpf.program.FaultKind;
import weir.ebpf.program.ProgramSpec;

/** What the contract leaves open is the same under all engines, too: where a fault is found, and of what address. */
class EnginesAgreeTest {
    static Stream<Named<ContractCase>> cases() {
        return EngineContractTest.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void findTheSameFaultAtTheSamePlace(ContractCase each) throws LoadException {
        TestRun.Result interpreted = run(each, Engine.interpreter());
        TestRun.Result compiled = run(each, Engine.jit());
        assertEquals(text(interpreted.fault()), text(compiled.fault()));
        assertSameMemory(interpreted.fault(), compiled.fault());
        assertEquals(interpreted.action(), compiled.action());
        assertEquals(interpreted.data(), compiled.data());
        assertEquals(interpreted.metadataBytes(), compiled.metadataBytes());
    }

    private static TestRun.Result run(ContractCase each, Engine engine) throws LoadException {
        DeterministicHost host = EngineContractTest.host();
        ProgramSpec spec = ProgramSpec.of("case", each.assemble());
        try (LoadedObject object = LoadedObject.of(spec, each.maps(), Unverified.under(LoadOptions.on(host), engine))) {
            return EngineContractTest.run(each).run(object.program("case").orElseThrow());
        }
    }

    /** What lies beside a program's memory, if anything, differs from run to run. */
    private static void assertSameMemory(@Nullable Fault interpreted, @Nullable Fault compiled) {
        if (interpreted != null
                && compiled != null
                && interpreted.addressKind() != AddressKind.UNKNOWN
                && compiled.addressKind() != AddressKind.UNKNOWN) {
            assertEquals(interpreted.addressKind(), compiled.addressKind());
        }
    }

    /**
     * Addresses differ from run to run. An endless program is stopped when it jumps back in the compiled
     * code, and anywhere in the interpreter.
     */
    private static List<Object> text(Fault fault) {
        if (fault == null) {
            return List.of();
        }
        return fault.kind() == FaultKind.INSTRUCTION_LIMIT
                ? List.of(fault.kind())
                : List.of(fault.kind(), fault.slot(), fault.program());
    }
}
