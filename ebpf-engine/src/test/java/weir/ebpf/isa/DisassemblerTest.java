// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import weir.testing.RunSize;

class DisassemblerTest {
    private static final Map<Integer, String> HELPERS =
            Map.of(1, "bpf_map_lookup_elem", 2, "bpf_map_update_elem", 5, "bpf_ktime_get_ns");

    @ParameterizedTest
    @MethodSource("kernelLines")
    void writesWhatTheKernelWrites(String line) throws MalformedCodeException {
        String[] parts = line.split(" \\| ", 2);
        Code code = Decoder.decode(HexFormat.of().parseHex(parts[0]));

        String text = new Listing(code).helpers(HELPERS::get).text().strip();

        boolean isWide = code.at(0) instanceof Instruction.LoadWide;
        assertEquals(isWide ? parts[1] + " ll" : parts[1], text);
        assertEquals(code, Assembler.assemble(text));
    }

    static List<String> kernelLines() throws IOException {
        return lines("kernel-text.txt");
    }

    /** Lines of a file beside this class, comments left out. */
    static List<String> lines(String file) throws IOException {
        try (InputStream in = DisassemblerTest.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    18010000050000000000000000000000 | r1 = 0x5 ll
                    18010000ffffffff00000000ffffffff | r1 = 0xffffffffffffffff ll
                    18110000030000000000000000000000 | r1 = map[fd:3]
                    18210000030000000000000008000000 | r1 = map[fd:3][0]+8
                    18310000070000000000000000000000 | r1 = var[btf:7]
                    18310000070000000000000003000000 | r1 = var[btf:7,fd:3]
                    18410000fbffffff0000000000000000 | r1 = pc-5
                    18510000000000000000000000000000 | r1 = map[idx:0]
                    186100000000000000000000ffffffff | r1 = map[idx:0][0]+4294967295
                    8500000001000000                 | call 1
                    85000000ffffffff                 | call -1
                    85200000d2040000                 | call kfunc#1234
                    8d02000000000000                 | callx r2
                    0500008000000000                 | goto pc-32768
                    0600000000000080                 | gotol pc-2147483648
                    b700000000000080                 | r0 = -2147483648
                    """)
    void saysMoreWhereTheKernelIsAmbiguous(String hex, String text) throws MalformedCodeException {
        Code code = Decoder.decode(HexFormat.of().parseHex(hex));

        assertEquals(text, Disassembler.text(code.instructions().getFirst()));
        assertEquals(code, Assembler.assemble(text));
    }

    @Test
    void writesEveryInstructionSoThatItIsReadBack() {
        RandomInstructions source = new RandomInstructions(RandomInstructions.random());
        int count = RunSize.of(20_000, 1_000_000);
        for (int i = 0; i < count; i++) {
            Instruction instruction = source.next();
            String text = Disassembler.text(instruction);
            assertEquals(List.of(instruction), Assembler.assemble(text).instructions(), text);
        }
    }

    @Test
    void listsRandomCodeSoThatItIsReadBack() {
        RandomInstructions source = new RandomInstructions(RandomInstructions.random());
        int rounds = RunSize.of(300, 20_000);
        for (int round = 0; round < rounds; round++) {
            List<Instruction> all = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                all.add(source.next());
            }
            Code code = Code.of(all);
            String text = new Listing(code)
                    .withLabels()
                    .withSlotNumbers()
                    .subprograms(slot -> slot % 7 == 0 ? "f" + slot : null)
                    .sourceLines(slot -> "line " + slot / 3)
                    .text();
            assertEquals(code, Assembler.assemble(text), text);
        }
    }

    @Test
    void listsWithNamesAndSourceLines() {
        Code code = Assembler.assemble("""
                    r1 = map[idx:0]
                    r2 = map[idx:1][0]+8
                    call 1
                    if r0 == 0 goto out
                    r2 = &each
                    call each
                    goto out
                out: exit
                each: r0 = 0x1122334455 ll
                    exit
                """);

        String text = new Listing(code)
                .withLabels()
                .withSlotNumbers()
                .helpers(HELPERS::get)
                .maps(List.of("ports", "not a name")::get)
                .subprograms(slot -> Map.of(0, "main", 11, "each").get(slot))
                .sourceLines(slot -> slot < 4 ? "look(\u001b[31m&ports)" : null)
                .text();

        assertEquals("""
                main:
                            ; look( [31m&ports)
                    0: r1 = map[ports]
                    2: r2 = map[idx:1][0]+8
                    4: call bpf_map_lookup_elem#1
                    5: if r0 == 0x0 goto L10
                    6: r2 = &each
                    8: call each
                    9: goto L10
                L10:
                   10: exit
                each:
                   11: r0 = 0x1122334455 ll
                   13: exit
                """, text);
        assertEquals(
                code,
                new Assembler()
                        .maps(name -> name.equals("ports") ? OptionalInt.of(0) : OptionalInt.empty())
                        .read(text)
                        .code());
    }

    @Test
    void passesOverNamesThatWouldMeanSomethingElse() {
        Code code = Assembler.assemble("call pc+1\nexit\nexit\n exit");

        String text = new Listing(code)
                .subprograms(slot -> List.of("same", "r1", "exit", "same").get(slot))
                .text();

        assertEquals("same:\n    call pc+1\n    exit\n    exit\n    exit\n", text);
    }

    @Test
    void keepsTheOffsetOfAJumpThatLeadsNowhere() {
        Code code = Assembler.assemble("r1 = 0x0 ll\ngoto pc-2\ngoto pc+9\ngoto pc-1");

        assertEquals(
                "    r1 = 0x0 ll\n    goto pc-2\n    goto pc+9\nL4:\n    goto L4\n",
                new Listing(code).withLabels().text());
    }
}
