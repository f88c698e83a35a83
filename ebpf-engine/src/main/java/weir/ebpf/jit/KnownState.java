// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import weir.ebpf.isa.Instruction;

/**
 * What is known at one place of a function: of the registers, of the words of the stack, and how many
 * bytes behind each origin are certainly in the frame.
 */
final class KnownState {
    /** Each block has a state of its own, so that what grows with the program has to end somewhere. */
    private static final int MAX_ORIGINS = 32;

    private final Known[] registers;
    private final Known[] words;
    private final Map<Integer, Integer> inFrame;

    private KnownState(Known[] registers, Known[] words, Map<Integer, Integer> inFrame) {
        this.registers = registers;
        this.words = words;
        this.inFrame = inFrame;
    }

    /** At the start of a function: its arguments, and a frame pointer. */
    static KnownState atEntry(Known[] arguments) {
        Known[] registers = new Known[Instruction.REGISTERS];
        Arrays.fill(registers, Known.anything());
        System.arraycopy(arguments, 0, registers, 1, arguments.length);
        registers[StackUse.FRAME_POINTER] = new Known.Stack(0);
        Known[] words = new Known[StackUse.WORDS];
        Arrays.fill(words, Known.anything());
        return new KnownState(registers, words, new HashMap<>());
    }

    KnownState copy() {
        return new KnownState(registers.clone(), words.clone(), new HashMap<>(inFrame));
    }

    Known register(int number) {
        return registers[number];
    }

    void setRegister(int number, Known known) {
        registers[number] = known;
    }

    Known word(int word) {
        return words[word];
    }

    void setWord(int word, Known known) {
        words[word] = known;
    }

    /** Bytes behind the origin that are in the frame; 0 where nothing is shown. */
    int bytesInFrame(int origin) {
        return inFrame.getOrDefault(origin, 0);
    }

    void showInFrame(int origin, int bytes) {
        inFrame.merge(origin, bytes, Math::max);
        if (inFrame.size() > MAX_ORIGINS) {
            // The one made farthest up; those of the frame and its metadata are no instruction's.
            int eldest = inFrame.keySet().stream()
                    .filter(each -> each > Known.Packet.DATA)
                    .min(Integer::compare)
                    .orElse(origin);
            inFrame.remove(eldest);
        }
    }

    /** The origin is made anew: pointers behind the one before are behind nothing known now. */
    void forgetOrigin(int origin) {
        inFrame.remove(origin);
        forget(known -> known instanceof Known.Packet packet && packet.origin() == origin);
    }

    /** Bounds of the frame may have moved. */
    void forgetPacket() {
        inFrame.clear();
        forget(known -> known instanceof Known.Packet || known instanceof Known.PacketEnd);
    }

    private void forget(Predicate<Known> which) {
        for (int i = 0; i < registers.length; i++) {
            if (which.test(registers[i])) {
                registers[i] = Known.inPacket();
            }
        }
        for (int i = 0; i < words.length; i++) {
            if (which.test(words[i])) {
                words[i] = Known.inPacket();
            }
        }
    }

    /** Joins another path into this one; whether that changed anything. */
    boolean join(KnownState other) {
        boolean isChanged = join(registers, other.registers);
        isChanged |= join(words, other.words);
        for (Map.Entry<Integer, Integer> each : Map.copyOf(inFrame).entrySet()) {
            int bytes = Math.min(each.getValue(), other.bytesInFrame(each.getKey()));
            if (bytes != each.getValue()) {
                isChanged = true;
                if (bytes == 0) {
                    inFrame.remove(each.getKey());
                } else {
                    inFrame.put(each.getKey(), bytes);
                }
            }
        }
        return isChanged;
    }

    private static boolean join(Known[] into, Known[] other) {
        boolean isChanged = false;
        for (int i = 0; i < into.length; i++) {
            Known joined = Known.join(into[i], other[i]);
            if (!joined.equals(into[i])) {
                into[i] = joined;
                isChanged = true;
            }
        }
        return isChanged;
    }
}
