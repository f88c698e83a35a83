// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import weir.ebpf.isa.Assembler;
import weir.ebpf.isa.Instruction;
import weir.ebpf.map.Bytes;
import weir.ebpf.program.ProgramSpec;

/** What is needed stays, and jumps still lead where they led. */
class MinimiserTest {
    private static Scenario scenario(String text) {
        Scenario.Packet packet = new Scenario.Packet(Bytes.of(new byte[14]), 0);
        ProgramSpec program = ProgramSpec.of("test", Assembler.assemble(text));
        return new Scenario(List.of(program), List.of(), List.of(), List.of(packet, packet, packet));
    }

    @Test
    void keepsWhatShowsTheDifferenceAndOnePacket() {
        Minimiser minimiser = new Minimiser(scenario -> scenario.programs().getFirst().code().instructions().stream()
                .anyMatch(each -> each instanceof Instruction.Negate));

        Scenario small = minimiser.minimise(scenario("r0 = 1\nr1 = 5 ll\nr0 = -r0\nr2 = 2\nexit\n"));

        assertEquals(
                Assembler.assemble("r0 = -r0\n"), small.programs().getFirst().code());
        assertEquals(1, small.packets().size());
    }

    @Test
    void jumpsGoWhereTheyWent() {
        ProgramSpec program = ProgramSpec.of(
                "test",
                Assembler.assemble(
                        "if r1 > 2 goto out\nr2 = 5 ll\nr3 = 1\nback: r0 = 3\nif r0 > 4 goto back\nout: exit\n"));

        ProgramSpec less = Minimiser.without(program, 1, 2);

        assertEquals(
                Assembler.assemble("if r1 > 2 goto out\nback: r0 = 3\nif r0 > 4 goto back\nout: exit\n"), less.code());
    }

    @Test
    void jumpsToWhatIsGoneGoBehindIt() {
        ProgramSpec program =
                ProgramSpec.of("test", Assembler.assemble("if r1 > 2 goto in\nr0 = 1\nin: r0 = 2\nexit\n"));

        ProgramSpec less = Minimiser.without(program, 2, 1);

        assertEquals(Assembler.assemble("if r1 > 2 goto in\nr0 = 1\nin: exit\n"), less.code());
    }
}
