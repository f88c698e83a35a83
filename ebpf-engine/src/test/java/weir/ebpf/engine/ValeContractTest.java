// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.engine;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.Engine;
import weir.ebpf.Host;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.Unverified;
import weir.ebpf.isa.Assembler;
import weir.ebpf.program.Fault;
import weir.ebpf.program.FaultKind;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.xdp.ValeVerdict;
import weir.ebpf.xdp.XdpBatch;

/** VALE-BPF programs under each engine. */
class ValeContractTest {
    /** An engine, and how programs get into it. */
    enum Under {
        INTERPRETER,
        CHECKED,
        /** Takes only what the verifier accepts. */
        RAW;

        LoadOptions options(Host host) {
            return switch (this) {
                case INTERPRETER -> Unverified.under(LoadOptions.on(host), Engine.interpreter());
                case CHECKED -> Unverified.under(LoadOptions.on(host), Engine.jit());
                case RAW -> LoadOptions.on(host).under(Engine.jit().unchecked());
            };
        }
    }

    record EngineCase(Under under, ContractCase program) {
        @Override
        public String toString() {
            return under + ": " + program.name();
        }
    }

    static Stream<EngineCase> cases() {
        return ContractCase.read("vale.txt").stream()
                .flatMap(each -> Stream.of(Under.values()).map(under -> new EngineCase(under, each)));
    }

    private static boolean expectsFault(ContractCase each) {
        return each.expectations().stream().anyMatch(e -> e.what().equals("fault"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesWhatTheCaseExpects(EngineCase each) throws LoadException {
        DeterministicHost host = EngineContractTest.host();
        LoadOptions options = each.under().options(host);
        ContractCase program = each.program();
        if (each.under() == Under.RAW && expectsFault(program)) {
            assertThrows(LoadException.class, () -> LoadedObject.of(program.program(), program.maps(), options));
            return;
        }
        try (LoadedObject object = LoadedObject.of(program.program(), program.maps(), options)) {
            EbpfProgram loaded = object.program("case").orElseThrow();
            TestRun.Result result = EngineContractTest.run(program).run(loaded);
            Fault fault = result.fault();
            if (!expectsFault(program)) {
                assertNull(fault, () -> fault == null ? "" : fault.text());
            }
            for (ContractCase.Expectation expectation : program.expectations()) {
                EngineContractTest.check(expectation, result, host, ValeVerdict.DROP);
            }
            assertEquals(0, Allocation.ofFrames(loaded), "bytes allocated");
        }
    }

    /** By a frame's first byte: to that port and ring; 9 reads where it may not. */
    private static final String BY_FIRST_BYTE = """
                r2 = *(u64 *)(r1 +0)
                r3 = *(u64 *)(r1 +8)
                r4 = r2
                r4 += 1
                if r4 > r3 goto out
                r0 = *(u8 *)(r2 +0)
                *(u8 *)(r1 +20) = r0
                if r0 != 9 goto out
                r0 = *(u8 *)(r3 +0)
            out:
                exit
            """;

    /** The frame that fails is dropped: a 0 would be the first port. */
    @ParameterizedTest
    @EnumSource(names = {"INTERPRETER", "CHECKED"})
    void runsOverABatch(Under under) throws LoadException {
        byte[] first = {0, 3, 9, (byte) 253, (byte) 254, (byte) 255};
        ProgramSpec spec = ProgramSpec.of(
                "case", ProgramType.VALE, new Assembler().read(BY_FIRST_BYTE).code());
        try (LoadedObject object = LoadedObject.of(spec, List.of(), under.options(EngineContractTest.host()));
                Arena arena = Arena.ofConfined()) {
            XdpBatch batch = batch(arena, first);
            object.program("case").orElseThrow().run(batch, 0);
            assertArrayEquals(new int[] {0, 3, 255, 253, 254, 255}, batch.actions());
            assertArrayEquals(new int[] {0, 3, 9, 253, 254, 255}, batch.queues());
            Fault fault = batch.fault(2);
            assertNotNull(fault);
            assertEquals(FaultKind.READ, fault.kind());
            assertNull(batch.fault(0));
        }
    }

    private static XdpBatch batch(Arena arena, byte[] first) {
        XdpBatch batch = new XdpBatch(first.length);
        MemorySegment memory = arena.allocate(first.length * 128L, 64);
        for (int i = 0; i < first.length; i++) {
            memory.set(JAVA_BYTE, i * 128L, first[i]);
            long start = memory.address() + i * 128L;
            batch.add(start, start, start + 64, start + 64, i, 0x55);
        }
        return batch;
    }
}
