// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf.relocation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.testing.TestObjects;

/** Uses {@code co_re.c}, whose types are laid out otherwise than the engine's. */
class CoreRelocatorTest {
    private static final Instruction BAD = new Instruction.Call(CallKind.HELPER, 195896080);

    @Test
    void findsFieldsByName() {
        ProgramSpec program = program("core_fields");
        String loads = program.code().instructions().stream()
                .filter(Instruction.Load.class::isInstance)
                .map(each -> "" + ((Instruction.Load) each).offset())
                .collect(Collectors.joining(" "));
        // ingress_ifindex and rx_queue_index of struct xdp_md.
        assertEquals("12 16", loads);
        // Offset of daddr, size of ttl, and that there is no no_such_field.
        assertEquals(List.of(4, 16, 100, 1, 10000, 0), immediates(program));
    }

    @Test
    void answersWhetherTypesAndConstantsExist() {
        ProgramSpec program = program("core_types");
        // xdp_md exists, task_struct does not; xdp_md has 24 bytes.
        assertEquals(List.of(1, 1, 0, 0, 2, 24, 8, 16, 4, 8), immediates(program));
        List<Long> wides = program.code().instructions().stream()
                .filter(Instruction.LoadWide.class::isInstance)
                .map(each -> ((Instruction.LoadWide) each).value())
                .toList();
        // XDP_TX exists and is 3, XDP_TELEPORT does not exist.
        assertEquals(List.of(1L, 3L, 0L), wides);
        assertEquals(List.of(), program.unresolved());
    }

    @Test
    void namesWhatTheEngineDoesNotHave() {
        ProgramSpec program = program("core_missing");
        assertEquals(
                List.of(
                        new ProgramSpec.Unresolved(
                                0, "CO-RE: the engine has no field \"xdp_md___shuffled.no_such_field\""),
                        new ProgramSpec.Unresolved(1, "CO-RE: the engine has no type for \"task_struct.pid\"")),
                program.unresolved());
        assertEquals(BAD, program.code().at(0));
        assertEquals(BAD, program.code().at(1));
    }

    @ParameterizedTest
    @CsvSource({
        "iphdr, iphdr",
        "iphdr___old, iphdr",
        "iphdr___a___b, iphdr___a",
        "___x, ___x",
        "a____b, a____b",
        "a___, a___"
    })
    void takesFlavoursOffNames(String name, String essential) {
        assertEquals(essential, CoreMatch.essential(name));
    }

    private static ProgramSpec program(String name) {
        return TestObjects.parse("co_re").program(name).orElseThrow();
    }

    private static List<Integer> immediates(ProgramSpec program) {
        return program.code().instructions().stream()
                .filter(each -> each instanceof Instruction.Alu alu && alu.src() instanceof Operand.Immediate)
                .map(each -> ((Operand.Immediate) ((Instruction.Alu) each).src()).value())
                .toList();
    }
}
