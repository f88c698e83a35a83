// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import weir.testing.RunSize;

class AssemblerTest {
    private static final Map<String, Integer> HELPERS = Map.of("bpf_map_lookup_elem", 1, "bpf_loop", 181);
    private static final Map<String, Integer> MAPS = Map.of("ports", 0, "counters", 3);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    r1=5                                  | r1 = 5
                    r1 = 0x7fffffff                       | r1 = 2147483647
                    r1 = -0x80000000                      | r1 = -2147483648
                    r1 = - 5                              | r1 = -5
                    w1 = 0xffffffff                       | w1 = -1
                    w1 &= 4294967295                      | w1 &= -1
                    r1 = 5 ll                             | r1 = 0x5 ll
                    r1 = -1 ll                            | r1 = 0xffffffffffffffff ll
                    r1 = 18446744073709551615 ll          | r1 = 0xffffffffffffffff ll
                    r1=-r1                                | r1 = -r1
                    r1 = *(u32 *)(r2 + 4)                 | r1 = *(u32 *)(r2 +4)
                    r1 = *(u32*)(r2-4)                    | r1 = *(u32 *)(r2 -4)
                    r1 = *(u32 *)(r2 + -4)                | r1 = *(u32 *)(r2 -4)
                    r1 = *(u32 *)(r2)                     | r1 = *(u32 *)(r2 +0)
                    w1 = *(u8 *)(r2 + 0x10)               | r1 = *(u8 *)(r2 +16)
                    *(u16 *)(r1 + 2) = w3                 | *(u16 *)(r1 +2) = r3
                    *(u32 *)(r1 + 2) = 0xffffffff         | *(u32 *)(r1 +2) = -1
                    lock *(u32 *)(r1 + 0) += w2           | lock *(u32 *)(r1 +0) += r2
                    w2 = atomic_fetch_or((u32 *)(r1 + 0), w2) | r2 = atomic_fetch_or((u32 *)(r1 +0), r2)
                    r2 = atomic_fetch_or((u64 *)(r1 + 0), r2) | r2 = atomic64_fetch_or((u64 *)(r1 +0), r2)
                    r1 = xchg_64(r2 + 8, r1)              | r1 = atomic64_xchg((u64 *)(r2 +8), r1)
                    w1 = xchg32_32(r2 - 8, w1)            | r1 = atomic_xchg((u32 *)(r2 -8), r1)
                    r0 = cmpxchg_64(r2 + 8, r0, r1)       | r0 = atomic64_cmpxchg((u64 *)(r2 +8), r0, r1)
                    w0 = cmpxchg32_32(r2 + 8, w0, w1)     | r0 = atomic_cmpxchg((u32 *)(r2 +8), r0, r1)
                    w0 = load_acquire((u8 *)(r1 + 0))     | r0 = load_acquire((u8 *)(r1 +0))
                    if r1 == 0xffffffff goto pc+1         | if r1 == 0xffffffff goto pc+1
                    if r1 == -1 goto +1 <LBB0_2>          | if r1 == 0xffffffff goto pc+1
                    if w1 > 4294967295 goto pc-1          | if w1 > 0xffffffff goto pc-1
                    if w1 s<= w2 goto pc -1               | if w1 s<= w2 goto pc-1
                    goto -3                               | goto pc-3
                    goto +0x3                             | goto pc+3
                    gotol +70000                          | gotol pc+70000
                    call 0x5                              | call 5
                    call -0x1                             | call -1
                    call unknown#77                       | call 77
                    call bpf_loop                         | call 181
                    call bpf_loop#181                     | call 181
                    r1 = subprog[+3]                      | r1 = pc+3
                    r1 = map[ports]                       | r1 = map[idx:0]
                    r1 = counters ll                      | r1 = map[idx:3]
                    r1 = map[counters]+8 ll               | r1 = map[idx:3][0]+8
                    r1 = map[idx:3]+0                     | r1 = map[idx:3][0]+0
                    r0 = *(u16 *)skb[12]                  | r0 = *(u16 *)skb[12]
                    12: (b7) r0 = 1 ; R0=1                | r0 = 1
                    """)
    void takesVariants(String text, String kernel) {
        assertEquals(kernel, Disassembler.text(read(text).code().instructions().getFirst()));
    }

    @ParameterizedTest
    @MethodSource("llvmLines")
    void takesWhatLlvmWrites(String line) {
        String[] parts = line.split(" \\| ", 2);

        byte[] bytes = Encoder.encode(Assembler.assemble(parts[1]));

        assertEquals(parts[0], HexFormat.of().formatHex(bytes));
    }

    static List<String> llvmLines() throws IOException {
        return DisassemblerTest.lines("llvm-text.txt");
    }

    @Test
    void resolvesLabels() {
        Assembly assembly = read("""
                ; a program of two functions
                main:  r6 = 0x123456789 ll   // two slots
                again: r6 += -1              # a comment
                    if r6 != 0 goto again
                    r2 = &body
                    call body

                    call bpf_loop
                    call bpf_map_lookup_elem#1
                    gotol done
                done:
                end: exit
                body: r0 = 0
                    exit
                behind:
                """);

        assertEquals("""
                    r6 = 0x123456789 ll
                    r6 += -1
                    if r6 != 0x0 goto pc-2
                    r2 = pc+6
                    call pc+4
                    call 181
                    call 1
                    gotol pc+0
                    exit
                    r0 = 0
                    exit
                """, new Listing(assembly.code()).text());
        assertEquals(Map.of("main", 0, "again", 2, "done", 10, "end", 10, "body", 11, "behind", 13), assembly.labels());
        assertEquals(
                List.of("main", "again", "done", "end", "body", "behind"),
                List.copyOf(assembly.labels().keySet()));
    }

    @Test
    void callsTheLabelBeforeTheHelperOfThatName() {
        Code code = read("call bpf_loop\nexit\nbpf_loop: exit").code();

        assertEquals(new Instruction.Call(CallKind.LOCAL, 1), code.at(0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    r11 = 5                       | line 1, column 1: expected an instruction, found 'r11'
                    r1 = r11                      | line 1, column 6: expected a value, found 'r11'
                    r1 += r11                     | line 1, column 7: expected a register, r0 to r10 or w0 to w10, found 'r11'
                    r1 += w2                      | line 1, column 7: expected a 64-bit register, found 'w2'
                    w1 += r2                      | line 1, column 7: expected a 32-bit register, found 'r2'
                    r1 5                          | line 1, column 4: expected an assignment, as = or +=, found '5'
                    r1                            | line 1, column 3: expected an assignment, as = or +=, found the end
                    r1 =                          | line 1, column 5: expected a value, found the end
                    r1 = 5 6                      | line 1, column 8: expected the end of the line, found '6'
                    r1 &= 0xffffffff              | line 1, column 7: expected a number from -0x80000000 to 0x7fffffff (immediates are sign-extended), found '0xffffffff'
                    r1 = 2147483648               | line 1, column 6: expected a number from -0x80000000 to 0x7fffffff (immediates are sign-extended), found '2147483648'
                    if r1 == 4294967295 goto pc+1 | line 1, column 10: expected a number from -0x80000000 to 0x7fffffff (immediates are sign-extended), found '4294967295'
                    w1 = 0x100000000              | line 1, column 6: expected a number of at most 32 bits, found '0x100000000'
                    w1 = -2147483649              | line 1, column 6: expected a number of at most 32 bits, found '-2147483649'
                    r1 = 0x1ffffffffffffffff ll   | line 1, column 6: expected a number of at most 64 bits, found '0x1ffffffffffffffff'
                    r1 = -9223372036854775809 ll  | line 1, column 6: expected a number of at most 64 bits, found '-9223372036854775809'
                    r1 = 12ab                     | line 1, column 6: expected a number of at most 64 bits, found '12ab'
                    r1 = 0x                       | line 1, column 6: expected a number of at most 64 bits, found '0x'
                    w1 = 5 ll                     | line 1, column 6: this value needs a 64-bit register, not w1
                    r1 = -r2                      | line 1, column 7: expected r1 again, found 'r2'
                    r1 = be16 r2                  | line 1, column 11: expected r1 again, found 'r2'
                    r1 = be8 r1                   | line 1, column 6: expected a value, found 'be8'
                    w1 = (s32)w2                  | line 1, column 7: expected s8 or s16, found 's32'
                    r1 = (u8)r2                   | line 1, column 7: expected s8, s16 or s32, found 'u8'
                    r1 = *(s64 *)(r2 +0)          | line 1, column 8: expected a type: u8, u16, u32, u64, s8, s16 or s32, found 's64'
                    r1 = *(u32 *)(r2 +32768)      | line 1, column 18: expected an offset from -32768 to 32767
                    r1 = *(u32 *)(r2 +4           | line 1, column 20: expected ')', found the end
                    r1 = *(u32)(r2 +4)            | line 1, column 11: expected '*', found ')'
                    r1 = *(u32 *)(w2 +4)          | line 1, column 15: expected a 64-bit register, found 'w2'
                    w1 = *(u64 *)(r2 +4)          | line 1, column 7: a load of this type fills all of a register: write r1
                    *(s8 *)(r1 +0) = r2           | line 1, column 3: this access has no sign: use u8
                    *(u64 *)(r1 +0) = w2          | line 1, column 19: 8 bytes need a 64-bit register, not w2
                    lock *(u16 *)(r1 +0) += r2    | line 1, column 7: an atomic operation is on u32 or u64
                    r2 = atomic64_xchg((u32 *)(r1 +0), r2) | line 1, column 20: expected u64 with an atomic64 function
                    r3 = atomic_xchg((u32 *)(r1 +0), r2)   | line 1, column 6: the old value goes to the register of the operand, r2
                    r1 = atomic_cmpxchg((u32 *)(r1 +0), r0, r2) | line 1, column 6: a compare-and-exchange compares with r0 and loads the old value into r0
                    r1 = *(u32 *)skb[2]           | line 1, column 7: packet loads go to r0
                    if r1 = 5 goto pc+1           | line 1, column 7: expected a comparison, as == or s<, found '='
                    if r1 == 5 pc+1               | line 1, column 12: expected 'goto', found 'pc'
                    goto 3                        | line 1, column 6: expected a label, or an offset as pc+3, found '3'
                    goto pc                       | line 1, column 8: expected an offset, as +3 or -3, found the end
                    goto pc+32768                 | line 1, column 8: expected an offset from -32768 to 32767
                    goto nowhere                  | line 1, column 6: no label 'nowhere' in the program
                    call nobody                   | line 1, column 6: no label 'nobody' in the program, nor such a helper
                    call bpf_loop#1               | line 1, column 6: helper 'bpf_loop' has number 181, not 1
                    callx w1                      | line 1, column 7: expected a 64-bit register, found 'w1'
                    r1 = map[nomap]               | line 1, column 10: no map 'nomap'
                    r1 = map[id:3]                | line 1, column 10: expected fd or idx, found 'id'
                    r1 = unknown ll               | line 1, column 6: no map 'unknown'
                    r1:                           | line 1, column 1: 'r1' cannot be a label: it means something else
                    a: a: exit                    | line 1, column 4: label 'a' is there twice
                    jump 3                        | line 1, column 1: expected an instruction, found 'jump'
                    ?                             | line 1, column 1: expected an instruction, found '?'
                    exit 0                        | line 1, column 6: expected the end of the line, found '0'
                    """)
    void saysWhatWasExpectedAndFound(String text, String message) {
        var failure = assertThrows(AssemblyException.class, () -> read(text));

        assertEquals(message, failure.getMessage());
    }

    @Test
    void namesTheOperatorsOfAtomicOperations() {
        var failure = assertThrows(AssemblyException.class, () -> read("lock *(u32 *)(r1 +0) -= r2"));

        assertEquals("line 1, column 22: expected one of += |= &= ^=, found '-'", failure.getMessage());
    }

    @Test
    void countsLinesAndColumns() {
        var failure = assertThrows(AssemblyException.class, () -> read("r0 = 1\r\n\n\texit ; bye\n\tr1 = *(x"));

        assertEquals(4, failure.line());
        assertEquals(9, failure.column());
    }

    @Test
    void refusesAShortJumpOverMoreThan16Bits() {
        String far = "goto end\n" + "r0 = 1\n".repeat(Short.MAX_VALUE + 1) + "end: exit";

        var failure = assertThrows(AssemblyException.class, () -> read(far));
        assertEquals("line 1, column 6: 'end' is 32768 slots away: use gotol", failure.getMessage());
        assertEquals(
                new Instruction.Jump(true, Short.MAX_VALUE + 1),
                read(far.replaceFirst("goto", "gotol")).code().at(0));
    }

    /** Words and symbols of the language, strung together anyhow: only the one exception comes out. */
    @Test
    void throwsNothingElseForAnyText() {
        String[] pieces = {
            "r1",
            "w2",
            "r10",
            "=",
            "+=",
            "s/=",
            "-",
            "+",
            "*",
            "(",
            ")",
            "u32",
            "s8",
            "if",
            "goto",
            "pc",
            "5",
            "0x",
            "ll",
            "call",
            "#",
            "map",
            "[",
            "]",
            "idx",
            ":",
            ",",
            "\n",
            " ",
            "lock",
            "atomic_xchg",
            "&",
            "a",
            ";",
            "//",
            "<",
            ">",
            "\0",
            "skb",
            "0xffffffffffffffff",
            "store_release",
            "var",
            "btf",
            "exit",
            "s",
            "\u00e9",
            "99999999999999999999"
        };
        RandomGenerator random = RandomInstructions.random();
        int rounds = RunSize.of(50_000, 2_000_000);
        int accepted = 0;
        for (int round = 0; round < rounds; round++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(16);
            for (int i = 0; i < length; i++) {
                text.append(pieces[random.nextInt(pieces.length)]).append(random.nextBoolean() ? " " : "");
            }
            try {
                read(text.toString());
                accepted++;
            } catch (AssemblyException expected) {
                // What this test allows.
            }
        }
        assertEquals(true, accepted > 0 && accepted < rounds);
    }

    private static Assembly read(String text) {
        return new Assembler().helpers(number(HELPERS)).maps(number(MAPS)).read(text);
    }

    private static Function<String, OptionalInt> number(Map<String, Integer> numbers) {
        return name -> numbers.containsKey(name) ? OptionalInt.of(numbers.get(name)) : OptionalInt.empty();
    }
}
