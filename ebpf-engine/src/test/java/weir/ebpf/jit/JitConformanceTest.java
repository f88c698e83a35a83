// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.DeterministicHost;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Decoder;
import weir.ebpf.memory.Mem;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.xdp.XdpBatch;
import weir.testing.Feature;
import weir.testing.Json;
import weir.testing.RequiresFeature;

/** The 225 cases of the instruction set's conformance suite, compiled: r0 is equal. */
@RequiresFeature(Feature.SHARED_DATA)
class JitConformanceTest {
    private static final int CASES = 225;

    static List<Map<String, Object>> all() {
        return Json.objects(Json.read(Feature.sharedData().resolve("conformance/isa/conformance.json")));
    }

    static Stream<Named<Map<String, Object>>> cases() {
        return all().stream().map(each -> Named.of(Json.string(each, "name"), each));
    }

    @Test
    void hasAllCases() {
        assertEquals(CASES, all().size());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void computesTheExpectedResult(Map<String, Object> each) throws Exception {
        HexFormat hex = HexFormat.of();
        byte[] memory = hex.parseHex(Json.string(each, "mem", ""));
        ProgramSpec spec = ProgramSpec.of("case", Decoder.decode(hex.parseHex(Json.string(each, "insns"))));
        // r1 and r2 are address and length of plain memory here, not the context.
        CompiledUnit unit = ClassEmitter.emit(
                spec, Facts.NONE, HelperTable.xdp(), List.of(), true, Known.anything(), Known.anything());
        JitPrograms.assertValid(unit);
        JitCpus cpus = new JitCpus(new DeterministicHost(1));
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(memory.length + 1, 8).address();
            Mem.copyFrom(memory, 0, address, memory.length);
            XdpBatch batch = new XdpBatch(1);
            batch.add(address, address, address + memory.length, address + memory.length, 1, 0);
            JitCpu cpu = cpus.of(0);
            Binding binding = new Binding(unit, CompiledProgram.define(unit), List.of(), 0);
            cpu.beginBatch(binding, batch);
            cpu.begin(0);
            long r1 = memory.length == 0 ? 0 : address;
            long result = binding.code.call(cpu, binding, 0, r1, memory.length, 0, 0, 0);
            assertEquals(null, cpu.run.faultKind());
            long expected = Long.parseUnsignedLong(Json.string(each, "result").substring(2), 16);
            assertEquals(Long.toHexString(expected), Long.toHexString(result));
        }
    }
}
