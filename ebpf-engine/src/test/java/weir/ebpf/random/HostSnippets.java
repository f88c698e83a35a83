// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;
import weir.ebpf.isa.WideKind;

/** What the surroundings answer: routes and MTU of a namespace with nothing but a loopback, and perf events. */
final class HostSnippets {
    private static final int FIB_BYTES = 64;
    /** Offsets in {@code struct bpf_fib_lookup}, {@code uapi/linux/bpf.h}. */
    private static final int FIB_FAMILY = 0;

    private static final int FIB_IFINDEX = 8;
    private static final int FIB_TOS = 12;
    /** For some addresses of this family the kernel does not even look whether there is such an interface. */
    private static final int AF_INET6 = 10;

    private static final int LOOPBACK = 1;
    private static final int[] FAMILIES = {2, 2, 2, AF_INET6, AF_INET6, 7};
    /** All but DIRECT and TBID together: the kernel then clears the number of the table, which is up to a host. */
    private static final int[] FIB_FLAGS = {0, 0, 0, 1, 2, 3, 4, 8, 10, 16, 32, 55, 62, 64};

    private static final int[] INTERFACES = {LOOPBACK, LOOPBACK, LOOPBACK, 0, 5};
    private static final int[] LENGTHS = {0, 0, 1, 60, 1500, 65_535, 65_536, 65_537, 1 << 30};

    /** {@code BPF_F_CURRENT_CPU}, and a place behind the map's. */
    private static final int[] EVENT_CPUS = {-1, -1, -1, -1, -1, 512, 4000};

    private HostSnippets() {}

    static boolean fibLookup(Frame frame) {
        if (frame.context == Frame.NONE) {
            return false;
        }
        int place = frame.filledPlace(FIB_BYTES);
        if (place == Frame.NONE) {
            return false;
        }
        int family = pick(frame, FAMILIES);
        frame.store(MemorySize.BYTE, Frame.FRAME_POINTER, place + FIB_FAMILY, Operand.immediate(family));
        int ifindex = family == AF_INET6 ? LOOPBACK : pick(frame, INTERFACES);
        frame.store(MemorySize.WORD, Frame.FRAME_POINTER, place + FIB_IFINDEX, Operand.immediate(ifindex));
        frame.stackArgument(2, place);
        frame.moveImmediate(3, frame.random.nextInt(10) == 0 ? FIB_BYTES - 1 : FIB_BYTES);
        frame.moveImmediate(4, pick(frame, FIB_FLAGS));
        frame.contextArgument();
        frame.callHelper(Helpers.FIB_LOOKUP);
        frame.load(MemorySize.WORD, false, frame.free(), Frame.FRAME_POINTER, place + FIB_TOS, RegisterType.SCALAR);
        return true;
    }

    static boolean checkMtu(Frame frame) {
        if (frame.context == Frame.NONE) {
            return false;
        }
        int place = frame.place(Integer.BYTES);
        if (place == Frame.NONE) {
            return false;
        }
        frame.store(MemorySize.WORD, Frame.FRAME_POINTER, place, Operand.immediate(pick(frame, LENGTHS)));
        frame.state.storeScalar(place, Integer.BYTES);
        frame.scalarArgument(4, frame.random.nextInt(4) == 0 ? frame.immediate() : frame.random.nextInt(-70, 70));
        frame.moveImmediate(5, frame.random.nextInt(8) == 0 ? 1 : 0);
        frame.stackArgument(3, place);
        frame.moveImmediate(2, pick(frame, INTERFACES));
        frame.contextArgument();
        frame.callHelper(Helpers.CHECK_MTU);
        frame.load(MemorySize.WORD, false, frame.free(), Frame.FRAME_POINTER, place, RegisterType.SCALAR);
        return true;
    }

    /** Some bytes of the stack and, often, the start of the frame. */
    static boolean perfEvent(Frame frame) {
        if (frame.context == Frame.NONE) {
            return false;
        }
        int bytes = frame.random.nextInt(25);
        int place = frame.filledPlace(Math.max(bytes, 1));
        int frameBytes = switch (frame.random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> frame.random.nextInt(100);
            default -> frame.random.nextInt(15);
        };
        int unknown = frame.random.nextInt(16) == 0 ? 1 << 20 : 0;
        frame.stackArgument(4, place);
        frame.moveImmediate(5, bytes);
        frame.add(new Instruction.LoadWide(3, WideKind.VALUE, pick(frame, EVENT_CPUS), frameBytes | unknown));
        frame.state.set(3, RegisterType.UNSET);
        frame.mapArgument(2, RandomMap.PERF_EVENT_ARRAY);
        frame.contextArgument();
        frame.callHelper(Helpers.PERF_EVENT_OUTPUT);
        return true;
    }

    private static int pick(Frame frame, int[] choices) {
        return choices[frame.random.nextInt(choices.length)];
    }
}
