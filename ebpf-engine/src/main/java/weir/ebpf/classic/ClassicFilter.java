// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.classic;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import weir.ebpf.program.ProgramSpec;

/**
 * A filter in classic BPF that the kernel would attach, and that asks for nothing but the bytes of the frame. It sees
 * the frame from its first byte on; what it returns is how many bytes of the frame are wanted, 0 for none.
 */
public final class ClassicFilter {
    /** {@code BPF_MAXINSNS}. */
    public static final int MAX_INSTRUCTIONS = 4096;

    /** Words of scratch memory, {@code BPF_MEMWORDS}. */
    public static final int SCRATCH_WORDS = 16;

    private static final int FIELDS = 4;
    private static final long MAX_WORD = 0xffff_ffffL;
    private static final long MAX_CODE = 0xffff;
    private static final long MAX_JUMP = 0xff;
    private static final int SHOWN_CHARACTERS = 40;

    private final List<ClassicInstruction> instructions;

    private ClassicFilter(List<ClassicInstruction> instructions) {
        this.instructions = instructions;
    }

    /**
     * Reads what {@code tcpdump -ddd EXPRESSION} prints: the number of instructions, then {@code code jt jf k} of each,
     * decimal, one a line; a comma ends a line, too, as in the output of {@code bpf_asm}.
     *
     * @throws ClassicFilterException when it is no such text, or the kernel would refuse the filter
     */
    public static ClassicFilter parse(String text) throws ClassicFilterException {
        List<ClassicInstruction> read = new ArrayList<>();
        long announced = -1;
        int line = 0;
        for (String piece : text.split("[\n,]", -1)) {
            line++;
            String words = piece.strip();
            if (words.isEmpty()) {
                continue;
            }
            if (announced < 0) {
                announced = count(words, line);
            } else if (read.size() == announced) {
                throw new ClassicFilterException("line " + line + ": the first line announces " + announced
                        + " instructions, and here is one more");
            } else {
                read.add(instruction(words, line));
            }
        }
        if (announced < 0) {
            throw new ClassicFilterException("there is no filter: tcpdump -ddd EXPRESSION prints one");
        }
        if (read.size() < announced) {
            throw new ClassicFilterException(
                    "the first line announces " + announced + " instructions, and there are " + read.size());
        }
        return of(read);
    }

    private static long count(String words, int line) throws ClassicFilterException {
        long count = words.split("\\s+", -1).length == 1 ? number(words, MAX_WORD) : -1;
        if (count < 0) {
            throw new ClassicFilterException("line " + line + ": '" + shown(words)
                    + "' is no number of instructions; tcpdump -ddd EXPRESSION prints a filter in numbers");
        }
        requireSize(count);
        return count;
    }

    private static void requireSize(long count) throws ClassicFilterException {
        if (count < 1 || count > MAX_INSTRUCTIONS) {
            throw new ClassicFilterException(count + " instructions; a filter has 1 to " + MAX_INSTRUCTIONS);
        }
    }

    private static ClassicInstruction instruction(String words, int line) throws ClassicFilterException {
        String[] fields = words.split("\\s+", -1);
        if (fields.length != FIELDS) {
            throw new ClassicFilterException(
                    "line " + line + ": '" + shown(words) + "' is not 'code jt jf k' in decimal numbers");
        }
        return new ClassicInstruction(
                (int) field(fields[0], "code", MAX_CODE, line),
                (int) field(fields[1], "jt", MAX_JUMP, line),
                (int) field(fields[2], "jf", MAX_JUMP, line),
                (int) field(fields[3], "k", MAX_WORD, line));
    }

    private static long field(String word, String name, long max, int line) throws ClassicFilterException {
        long value = number(word, max);
        if (value < 0) {
            throw new ClassicFilterException(
                    "line " + line + ": " + name + " '" + shown(word) + "' is no decimal number from 0 to " + max);
        }
        return value;
    }

    /** A decimal number without sign; -1 for anything else. */
    private static long number(String word, long max) {
        long value = 0;
        for (int i = 0; i < word.length(); i++) {
            int digit = word.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
            if (value > max) {
                return -1;
            }
        }
        return value;
    }

    private static String shown(String text) {
        String cut = text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "...";
        return cut.chars()
                .mapToObj(c -> c < ' ' || c > '~' ? "?" : String.valueOf((char) c))
                .collect(Collectors.joining());
    }

    /**
     * Checks a filter.
     *
     * @throws ClassicFilterException when the kernel would refuse it, or when it asks for what only a kernel knows
     */
    public static ClassicFilter of(List<ClassicInstruction> instructions) throws ClassicFilterException {
        requireSize(instructions.size());
        new ClassicCheck(instructions).check();
        return new ClassicFilter(List.copyOf(instructions));
    }

    public List<ClassicInstruction> instructions() {
        return instructions;
    }

    /**
     * The same as a program for XDP, whose return value is what the filter returns instead of an action. Loads beyond
     * the frame return 0, as the kernel has it; so does one beyond byte 65,535.
     *
     * @throws ClassicFilterException when the translation is too long for the jumps of eBPF, which the kernel refuses,
     *     too
     */
    public ProgramSpec toXdp(String name) throws ClassicFilterException {
        return ProgramSpec.of(name, new ClassicTranslation(instructions).code());
    }

    /** As {@code tcpdump -ddd} prints it. */
    @Override
    public String toString() {
        return instructions.size() + "\n"
                + instructions.stream().map(each -> each + "\n").collect(Collectors.joining());
    }
}
