// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;
import weir.ebpf.program.ProgramSpec;

/**
 * Frames that reach many branches of a program: common protocols, and variants of them in which numbers
 * that the program compares with stand where it loads from. The same program, the same frames.
 */
final class WarmupFrames {
    private static final int MAX_FRAMES = 512;
    private static final int FRAME_BYTES = 128;
    private static final String MACS = "020000000001020000000002";
    private static final String IPV4 = "450000540001400040060000c6120001c6120002";
    private static final String IPV6 =
            "6000000000281140" + "20010db8000000000000000000000001" + "20010db8000000000000000000000002";
    private static final String TCP = "d431005000000001000000005002ffff00000000";
    private static final String UDP = "d4310035001c0000";

    private final ProgramSpec spec;

    WarmupFrames(ProgramSpec spec) {
        this.spec = spec;
    }

    List<byte[]> all() {
        List<byte[]> frames = new ArrayList<>(protocols());
        List<byte[]> bases = List.copyOf(frames);
        List<Integer> offsets = offsets();
        List<Integer> numbers = numbers();
        SplittableRandom random = new SplittableRandom(spec.code().slots());
        while (frames.size() < MAX_FRAMES && !offsets.isEmpty() && !numbers.isEmpty()) {
            byte[] frame = bases.get(random.nextInt(bases.size())).clone();
            int changes = 1 + random.nextInt(3);
            for (int i = 0; i < changes; i++) {
                put(frame, offsets.get(random.nextInt(offsets.size())), numbers.get(random.nextInt(numbers.size())));
            }
            frames.add(frame);
        }
        return frames;
    }

    private static List<byte[]> protocols() {
        List<byte[]> frames = new ArrayList<>();
        String udpIpv4 = IPV4.replace("4006", "4011");
        for (String tag : List.of("", "81000064", "88a8006481000064")) {
            frames.add(frame(MACS + tag + "0800" + IPV4 + TCP, FRAME_BYTES));
            frames.add(frame(MACS + tag + "0800" + udpIpv4 + UDP, FRAME_BYTES));
            frames.add(frame(MACS + tag + "0800" + IPV4.replace("4006", "4001") + "0800", FRAME_BYTES));
            frames.add(frame(MACS + tag + "0800" + "4f" + udpIpv4.substring(2) + UDP, FRAME_BYTES));
            frames.add(frame(MACS + tag + "86dd" + IPV6 + UDP, FRAME_BYTES));
            frames.add(frame(MACS + tag + "86dd" + IPV6.replace("1140", "0640") + TCP, FRAME_BYTES));
            frames.add(frame(MACS + tag + "0806" + "0001080006040001", FRAME_BYTES));
            frames.add(frame(MACS + tag + "0800" + IPV4, 34));
        }
        frames.add(frame("ffffffffffff0200000000010806", 60));
        frames.add(frame(MACS + "88cc", 14));
        frames.add(frame(MACS + "0800" + IPV4 + TCP, 1514));
        return frames;
    }

    private static byte[] frame(String hex, int bytes) {
        byte[] head = HexFormat.of().parseHex(hex);
        byte[] frame = new byte[bytes];
        System.arraycopy(head, 0, frame, 0, Math.min(head.length, bytes));
        return frame;
    }

    /** Displacements of loads, which for packet pointers are mostly offsets from the frame or from a header in it. */
    private List<Integer> offsets() {
        Set<Integer> offsets = new LinkedHashSet<>();
        for (Instruction instruction : spec.code().instructions()) {
            if (instruction instanceof Instruction.Load load && load.offset() >= 0 && load.offset() < FRAME_BYTES) {
                for (int header : new int[] {0, 14, 34}) {
                    offsets.add(load.offset() + header);
                }
            }
        }
        return List.copyOf(offsets);
    }

    private List<Integer> numbers() {
        Set<Integer> numbers = new LinkedHashSet<>();
        for (Instruction instruction : spec.code().instructions()) {
            if (instruction instanceof Instruction.Branch branch
                    && branch.src() instanceof Operand.Immediate(int value)) {
                numbers.add(value);
                numbers.add(value + 1);
            }
        }
        return List.copyOf(numbers);
    }

    /** Little endian, as the program compares what it loaded. */
    private static void put(byte[] frame, int offset, int number) {
        int bytes = number >>> 8 == 0 ? 1 : number >>> 16 == 0 ? 2 : 4;
        for (int i = 0; i < bytes && offset + i < frame.length; i++) {
            frame[offset + i] = (byte) (number >>> (i * Byte.SIZE));
        }
    }
}
