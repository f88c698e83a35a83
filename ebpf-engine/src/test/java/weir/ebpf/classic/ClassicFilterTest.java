// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.classic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.ebpf.Engine;
import weir.ebpf.random.Seeds;
import weir.testing.RunSize;

class ClassicFilterTest {
    private static final String DAMAGE = "0123456789 \n,-x\u0000";

    /** {@code tcpdump -ddd -y EN10MB udp port 53}. */
    private static final String UDP_PORT_53 = """
            20
            40 0 0 12
            21 0 6 34525
            48 0 0 20
            21 0 15 17
            40 0 0 54
            21 12 0 53
            40 0 0 56
            21 10 11 53
            21 0 10 2048
            48 0 0 23
            21 0 8 17
            40 0 0 20
            69 6 0 8191
            177 0 0 14
            72 0 0 14
            21 2 0 53
            72 0 0 16
            21 0 1 53
            6 0 0 262144
            6 0 0 0
            """;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "''                        | '''' is no number of instructions; tcpdump",
                "ip and tcp                | 'ip and tcp' is no number of instructions; tcpdump",
                "-1                        | '-1' is no number of instructions",
                "0                         | 0 instructions; a filter has 1 to 4096",
                "4097                      | 4097 instructions; a filter has 1 to 4096",
                "99999999999999999999      | '99999999999999999999' is no number",
                "2,6 0 0 0                 | announces 2 instructions, and there are 1",
                "1,6 0 0 0,6 0 0 0         | line 3: the first line announces 1 instructions, and here is one more",
                "1,6 0 0                   | line 2: '6 0 0' is not 'code jt jf k'",
                "1,6 0 0 0 0               | line 2: '6 0 0 0 0' is not 'code jt jf k'",
                "1,6 0 0 4294967296        | k '4294967296' is no decimal number from 0 to 4294967295",
                "1,6 256 0 0               | jt '256' is no decimal number from 0 to 255",
                "1,6 0 -1 0                | jf '-1' is no decimal number from 0 to 255",
                "1,65536 0 0 0             | code '65536' is no decimal number from 0 to 65535",
                "1,0x06 0 0 0              | code '0x06' is no decimal number",
                "1,7 0 0 0                 | instruction 0: the last instruction is no return",
                "1,14 0 0 0                | instruction 0: code 14 (0x0e) is none of classic BPF",
                "2,24 0 0 0,6 0 0 0        | instruction 0: code 24 (0x18) is none of classic BPF",
                "2,52 0 0 0,6 0 0 0        | instruction 0: division by the constant 0",
                "2,148 0 0 0,6 0 0 0       | instruction 0: division by the constant 0",
                "2,100 0 0 32,6 0 0 0      | instruction 0: shift by 32 bits; a word has 32",
                "2,2 0 0 16,6 0 0 0        | instruction 0: scratch word 16; there are words 0 to 15",
                "2,96 0 0 4294967295,6 0 0 0 | scratch word 4294967295",
                "2,96 0 0 1,6 0 0 0        | instruction 0: reads scratch word 1, which is not written on every path",
                "4,21 0 1 7,2 0 0 3,96 0 0 3,22 0 0 0 | instruction 2: reads scratch word 3",
                "2,5 0 0 1,6 0 0 0         | instruction 0: jumps over 1 instructions, and only 1 follow",
                "2,5 0 0 4294967295,6 0 0 0 | jumps over 4294967295 instructions",
                "2,21 0 1 0,6 0 0 0        | instruction 0: jumps over 1 instructions, and only 1 follow",
                "2,32 0 0 4294963200,6 0 0 0 | only a kernel knows, SKF_AD_PROTOCOL",
                "2,32 0 0 4294963204,6 0 0 0 | direction:in",
                "2,32 0 0 4294963201,6 0 0 0 | no ancillary load",
                "2,32 0 0 4293918720,6 0 0 0 | SKF_NET_OFF",
            })
    void refusesByName(String text, String message) {
        ClassicFilterException refused = assertThrows(ClassicFilterException.class, () -> ClassicFilter.parse(text));
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }

    @Test
    void refusesAnEmptyText() {
        ClassicFilterException refused = assertThrows(ClassicFilterException.class, () -> ClassicFilter.parse(" \n "));
        assertTrue(refused.getMessage().contains("there is no filter"), refused.getMessage());
    }

    @Test
    void controlCharactersOfAFileAreNotShown() {
        ClassicFilterException refused =
                assertThrows(ClassicFilterException.class, () -> ClassicFilter.parse("\u001b[31mred\u0000"));
        assertTrue(refused.getMessage().contains("'?[31mred?'"), refused.getMessage());
    }

    @Test
    void readsWhatItWrites() throws Exception {
        ClassicFilter filter = ClassicFilter.parse(UDP_PORT_53);
        assertEquals(20, filter.instructions().size());
        assertEquals(UDP_PORT_53, filter.toString());
        assertEquals(
                filter.instructions(),
                ClassicFilter.parse(UDP_PORT_53.replace('\n', ',')).instructions());
    }

    @Test
    void takesTheFramesOfAnExpression() throws Exception {
        byte[] query = new byte[60];
        query[12] = 8;
        query[14] = 0x46; // an option: 24 bytes of header
        query[23] = 17;
        query[14 + 24 + 3] = 53;
        byte[] answer = query.clone();
        answer[14 + 24 + 3] = 0;
        answer[14 + 24 + 1] = 53;
        byte[] fragment = query.clone();
        fragment[21] = 1;
        byte[] tcp = query.clone();
        tcp[23] = 6;
        assertEquals(
                List.of(262144L, 262144L, 0L, 0L, 0L),
                returned(UDP_PORT_53, query, answer, fragment, tcp, new byte[20]));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "whole length | 2,128 0 0 0,22 0 0 0                    | 60",
                "word | 2,32 0 0 0,22 0 0 0                             | 66051",
                "half | 2,40 0 0 2,22 0 0 0                             | 515",
                "beyond the end | 2,48 0 0 60,6 0 0 9                   | 0",
                "last byte | 2,48 0 0 59,22 0 0 0                       | 59",
                "word over the end | 2,32 0 0 57,6 0 0 9                | 0",
                "far beyond any frame | 2,48 0 0 70000,6 0 0 9          | 0",
                "indirect, wrapped | 3,1 0 0 5,80 0 0 4294967295,22 0 0 0 | 4",
                "indirect, negative | 3,1 0 0 0,80 0 0 4294967295,6 0 0 9 | 0",
                "header length | 3,177 0 0 7,135 0 0 0,22 0 0 0         | 28",
                "header length far beyond | 2,177 0 0 70000,6 0 0 9      | 0",
                "division by X of 0 | 3,0 0 0 8,60 0 0 0,6 0 0 9        | 0",
                "remainder by X of 0 | 3,0 0 0 8,156 0 0 0,6 0 0 9      | 0",
                "shift by X of 33 | 4,0 0 0 3,1 0 0 33,108 0 0 0,22 0 0 0 | 6",
                "negated | 3,0 0 0 1,132 0 0 0,22 0 0 0                 | 4294967295",
                "unsigned comparison | 4,0 0 0 4294967295,37 0 1 1,6 0 0 7,6 0 0 8 | 7",
                "scratch | 5,0 0 0 77,2 0 0 15,0 0 0 1,96 0 0 15,22 0 0 0 | 77",
                "exclusive or with X | 4,0 0 0 6,1 0 0 3,32 0 0 4294963240,22 0 0 0 | 5",
                "no tag beside the frame | 3,0 0 0 6,48 0 0 4294963248,22 0 0 0 | 0",
                "unreachable instructions | 4,5 0 0 1,96 0 0 3,6 0 0 4,6 0 0 5 | 4",
            })
    void returnsWhatTheKernelReturns(String what, String text, long expected) throws Exception {
        byte[] frame = new byte[60];
        for (int i = 0; i < frame.length; i++) {
            frame[i] = (byte) i;
        }
        assertEquals(List.of(expected), returned(text, frame), what);
    }

    private static List<Long> returned(String text, byte[]... frames) throws Exception {
        ClassicFilter filter = ClassicFilter.parse(text);
        List<Long> returned = new ArrayList<>();
        try (FilterRun compiled = new FilterRun(filter, Engine.jit());
                FilterRun interpreted = new FilterRun(filter, Engine.interpreter())) {
            for (byte[] frame : frames) {
                returned.add(compiled.returned(frame));
                assertEquals(returned.getLast(), interpreted.returned(frame), "under the interpreter");
            }
        }
        return returned;
    }

    /** The longest filter of loads alone. */
    @Test
    void longFiltersAreTranslatedOrRefusedByName() throws Exception {
        ClassicInstruction[] loads = new ClassicInstruction[ClassicFilter.MAX_INSTRUCTIONS];
        Arrays.fill(loads, new ClassicInstruction(ClassicOpcode.LD | ClassicOpcode.ABS | ClassicOpcode.BYTE, 0, 0, 3));
        loads[loads.length - 1] = new ClassicInstruction(ClassicOpcode.RET | ClassicOpcode.A, 0, 0, 0);
        byte[] frame = {1, 2, 3, 4};
        assertEquals(List.of(4L), returned(ClassicFilter.of(List.of(loads)).toString(), frame));

        Arrays.fill(loads, new ClassicInstruction(ClassicOpcode.LD | ClassicOpcode.IND, 0, 0, 3));
        loads[loads.length - 1] = new ClassicInstruction(ClassicOpcode.RET | ClassicOpcode.A, 0, 0, 0);
        ClassicFilter filter = ClassicFilter.of(List.of(loads));
        ClassicFilterException refused = assertThrows(ClassicFilterException.class, () -> filter.toXdp("long"));
        assertTrue(refused.getMessage().contains("the filter is too long"), refused.getMessage());
    }

    @Test
    void hostileTextsAreRefusedOrRunWithoutAFault() throws Exception {
        for (long seed : Seeds.of(RunSize.of(300, 20_000))) {
            RandomGenerator random = new SplittableRandom(seed);
            List<ClassicInstruction> filter = RandomFilters.damaged(random);
            StringBuilder text = new StringBuilder(filter.size() + "\n");
            filter.forEach(each -> text.append(each).append('\n'));
            if (random.nextBoolean()) {
                text.setCharAt(random.nextInt(text.length()), DAMAGE.charAt(random.nextInt(DAMAGE.length())));
            }
            try (FilterRun run = new FilterRun(ClassicFilter.parse(text.toString()), Engine.interpreter())) {
                run.returned(RandomFilters.frame(random)); // asserts that there is no fault
            } catch (ClassicFilterException refused) {
                assertTrue(
                        refused.getMessage().matches("(?s)(line|instruction|the first line|\\d+ instr).*"),
                        () -> "seed " + seed + ": " + refused);
            }
        }
    }
}
