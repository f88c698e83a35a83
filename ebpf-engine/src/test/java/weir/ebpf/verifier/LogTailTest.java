// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogTailTest {
    private static final int MAX_BYTES = 1 << 14;

    private static WalkLog tailOf(String... texts) {
        LogTail tail = new LogTail(8);
        for (String text : texts) {
            tail.append(text);
        }
        return tail.tail();
    }

    @Test
    void keepsAllThatFits() {
        assertEquals(new WalkLog("", 0, 0), tailOf());
        assertEquals(new WalkLog("one\ntwo\n", 0, 0), tailOf("one\n", "two", "\n"));
    }

    @Test
    void keepsWholeLinesOfTheEnd() {
        assertEquals(new WalkLog("two\nx", 1, 4), tailOf("one\ntwo\nx"));
        assertEquals(new WalkLog("c\nd\ne\n", 2, 4), tailOf("a\nb\n", "c\nd\ne\n"));
        assertEquals(new WalkLog("", 1, 12), tailOf("a long line\n"));
    }

    /** Whatever was appended: what is left and what is left out are all of it. */
    @Test
    void countsWhatItLeavesOut() {
        Random random = new Random(7);
        LogTail tail = new LogTail(MAX_BYTES);
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            String text = "x".repeat(random.nextInt(20)) + (random.nextInt(4) == 0 ? "é–\n" : "\n");
            tail.append(text);
            all.append(text);
            if (i % 100 == 0) {
                check(all.toString(), tail.tail());
            }
        }
        check(all.toString(), tail.tail());
    }

    private static void check(String all, WalkLog log) {
        byte[] bytes = all.getBytes(StandardCharsets.UTF_8);
        int from = (int) log.leftOutBytes();
        assertEquals(new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8), log.text());
        assertEquals(new String(bytes, 0, from, StandardCharsets.UTF_8).lines().count(), log.leftOutLines());
        assertTrue(bytes.length - from <= MAX_BYTES);
        assertTrue(bytes.length <= MAX_BYTES ? from == 0 : bytes.length - from > MAX_BYTES - 64);
    }
}
