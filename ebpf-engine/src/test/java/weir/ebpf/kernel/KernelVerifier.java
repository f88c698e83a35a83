// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static weir.ebpf.kernel.ProgramAttributes.*;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import weir.ebpf.map.Errno;
import weir.ebpf.program.ProgramSpec;

/**
 * What the running kernel's verifier says, without a program that stays behind: a log that is too small makes
 * the load fail of a program that the verifier has accepted ({@code -ENOSPC}, {@code bpf_check}, {@code
 * kernel/bpf/verifier.c}), before anything is compiled but functions that are called. Any thread.
 */
public final class KernelVerifier {
    // log_level, linux/bpf_verifier.h
    private static final int LOG_INSTRUCTIONS = 1;

    private static final int LOG_STATS = 4;
    /** What comes first is kept, not what comes last. */
    private static final int LOG_FIXED = 8;

    /** No statistics are as short as that. */
    private static final int TOO_SMALL_BYTES = 120;

    private static final int WHOLE_BYTES = 65_536;

    private static final int SLOT_BYTES = 8;
    private static final int IMMEDIATE = 4;
    private static final byte WIDE = 0x18;
    // src_reg of a 64-bit immediate, uapi/linux/bpf.h
    private static final int MAP_FD = 1;
    private static final int MAP_INDEX = 5;

    // "from 8 to 12: R0=..." begins a path, with the branch that led to it; "12: (b7) r0 = 0" goes on with it.
    private static final Pattern STEP =
            Pattern.compile("^(?:from (\\d+) to \\d+:|(\\d+): \\([0-9a-f]{2}\\) )", Pattern.MULTILINE);
    private static final Pattern TIME = Pattern.compile("verification time (\\d+) usec");

    private KernelVerifier() {}

    /**
     * A verdict.
     *
     * @param message the last line of the log that says something; empty where the program is accepted
     * @param path slots that were walked last, since another path ended, behind that of the branch; empty where the program is accepted
     * @param time that the kernel says it took; 0 where the program is refused
     */
    public record Verdict(boolean accepted, String message, List<Integer> path, Duration time) {}

    /**
     * Asks the kernel.
     *
     * @param spec of which all but the code counts
     * @param code to be verified; maps by index
     * @param mapFds by that index
     */
    public static Verdict verdict(ProgramSpec spec, byte[] code, int[] mapFds) {
        try {
            return KernelProgram.prepared(
                    spec,
                    withDescriptors(code, mapFds),
                    (arena, attributes) ->
                            verdict(arena, attributes, spec.subprograms().size() > 1));
        } catch (KernelProgram.Rejected e) {
            throw new IllegalStateException(e);
        }
    }

    private static Verdict verdict(Arena arena, MemorySegment attributes, boolean mayBeCompiled) {
        MemorySegment small = arena.allocate(TOO_SMALL_BYTES + 1);
        int result = load(attributes, LOG_STATS | LOG_FIXED, small, TOO_SMALL_BYTES);
        if (result >= 0) {
            BpfSyscall.close(result);
        }
        // A program that is refused has the reason in front of the statistics.
        Matcher time = TIME.matcher(small.getString(0));
        if (result >= 0 || (result == -Errno.ENOSPC && time.lookingAt())) {
            if (result >= 0 || mayBeCompiled) {
                FreedPrograms.closed();
            }
            return new Verdict(
                    true,
                    "",
                    List.of(),
                    Duration.ofNanos(time.lookingAt() ? 1_000 * Long.parseLong(time.group(1)) : 0));
        }
        MemorySegment whole = arena.allocate(WHOLE_BYTES + 1);
        int again = load(attributes, LOG_INSTRUCTIONS | LOG_STATS, whole, WHOLE_BYTES);
        if (again >= 0) {
            BpfSyscall.close(again);
            throw new IllegalStateException("refused, then accepted");
        }
        String log = whole.getString(0);
        return new Verdict(false, lastMessage(log, -again), lastPath(log), Duration.ZERO);
    }

    private static int load(MemorySegment attributes, int level, MemorySegment log, int bytes) {
        attributes.set(JAVA_INT, LOG_LEVEL, level);
        attributes.set(JAVA_INT, LOG_SIZE, bytes);
        attributes.set(JAVA_LONG, LOG_BUF, log.address());
        return BpfSyscall.call(BpfSyscall.PROG_LOAD, attributes);
    }

    private static List<Integer> lastPath(String log) {
        String last = log.substring(Math.max(0, log.lastIndexOf("\nfrom ")));
        return STEP.matcher(last)
                .results()
                .map(each -> Integer.valueOf(each.group(1) == null ? each.group(2) : each.group(1)))
                .toList();
    }

    private static String lastMessage(String log, int errno) {
        List<String> lines =
                log.lines().takeWhile(line -> !TIME.matcher(line).lookingAt()).toList();
        return lines.isEmpty() ? "errno " + errno : lines.getLast();
    }

    private static byte[] withDescriptors(byte[] code, int[] mapFds) {
        ByteBuffer changed = ByteBuffer.wrap(code.clone()).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + 2 * SLOT_BYTES <= code.length; at += code[at] == WIDE ? 2 * SLOT_BYTES : SLOT_BYTES) {
            int source = (code[at + 1] >> 4) & 0xf;
            int index = changed.getInt(at + IMMEDIATE);
            boolean isMap = code[at] == WIDE && (source == MAP_INDEX || source == MAP_INDEX + 1);
            if (isMap && index >= 0 && index < mapFds.length) {
                changed.put(at + 1, (byte) ((code[at + 1] & 0xf) | ((source - MAP_INDEX + MAP_FD) << 4)));
                changed.putInt(at + IMMEDIATE, mapFds[index]);
            }
        }
        return changed.array();
    }
}
