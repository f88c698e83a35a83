// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegisterUseTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            r1 = r2                                         | 2     | 1
            r1 += r2                                        | 1 2   | 1
            r1 += 2                                         | 1     | 1
            w3 = 7                                          |       | 3
            r1 = -r1                                        | 1     | 1
            r1 = (s8)r4                                     | 4     | 1
            r1 = bswap64 r1                                 | 1     | 1
            r1 = 0x5 ll                                     |       | 1
            r1 = *(u8 *)(r10 -1)                            | 10    | 1
            *(u8 *)(r10 -1) = r3                            | 3 10  |
            *(u8 *)(r10 -1) = 3                             | 10    |
            lock *(u64 *)(r1 +0) += r2                      | 1 2   |
            r2 = atomic64_fetch_add((u64 *)(r1 +0), r2)     | 1 2   | 2
            r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)   | 0 1 2 | 0
            r3 = load_acquire((u64 *)(r1 +0))               | 1     | 3
            store_release((u64 *)(r1 +0), r3)               | 1 3   |
            if r1 > r2 goto pc+0                            | 1 2   |
            if r1 > 7 goto pc+0                             | 1     |
            goto pc+0                                       |       |
            call 1                                          |       | 0
            callx r7                                        | 7     | 0
            exit                                            | 0     |
            """)
    void saysWhatIsReadAndWritten(String text, @Nullable String read, @Nullable String written) {
        Instruction instruction =
                new Assembler().read(text + "\n").code().instructions().getFirst();

        assertEquals(registers(read), registers(RegisterUse.read(instruction)));
        assertEquals(registers(written), registers(RegisterUse.written(instruction)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 |
            1 | 1
            3 | 1 2 3
            5 | 1 2 3 4 5
            """)
    void argumentsAreTheFirstRegisters(int count, @Nullable String registers) {
        assertEquals(registers(registers), registers(RegisterUse.arguments(count)));
    }

    private static List<Integer> registers(@Nullable String numbers) {
        return numbers == null
                ? List.of()
                : List.of(numbers.split(" ")).stream().map(Integer::valueOf).toList();
    }

    private static List<Integer> registers(int bits) {
        List<Integer> registers = new ArrayList<>();
        for (int i = 0; i < Instruction.REGISTERS; i++) {
            if ((bits >>> i & 1) != 0) {
                registers.add(i);
            }
        }
        return registers;
    }
}
