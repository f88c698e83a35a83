// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

/** Helpers that read and write pieces of memory: checksums, comparison, printing. */
final class TextSnippets {
    /** How many values the first texts of {@link RandomMap#TEXTS} print. */
    private static final int[] ARGUMENTS = {3, 2, 2, 2, 1};

    private TextSnippets() {}

    static boolean checksumDifference(Frame frame) {
        int from = frame.random.nextInt(4) == 0 ? 0 : 4 * frame.random.nextInt(1, 9);
        int to = frame.random.nextInt(4) == 0 ? 0 : 4 * frame.random.nextInt(1, 9);
        if (frame.random.nextInt(10) == 0) {
            to = 7;
        }
        int fromPlace = frame.filledPlace(Math.max(from, 1));
        int toPlace = frame.filledPlace(Math.max(to, 1));
        int packet = frame.findStable(type -> type instanceof RegisterType.Packet);
        int there = packet == Frame.NONE ? 0 : ((RegisterType.Packet) frame.state.get(packet)).bytes() & ~3;
        if (there > 0 && frame.random.nextBoolean()) {
            from = there;
            frame.move(1, packet);
        } else if (from == 0) {
            frame.moveImmediate(1, 0);
        } else {
            frame.stackArgument(1, fromPlace);
        }
        frame.moveImmediate(2, from);
        if (to == 0) {
            frame.moveImmediate(3, 0);
        } else {
            frame.stackArgument(3, toPlace);
        }
        frame.moveImmediate(4, to);
        frame.scalarArgument(5, frame.immediate());
        frame.callHelper(Helpers.CSUM_DIFF);
        return true;
    }

    static boolean compareText(Frame frame) {
        int bytes = 1 + frame.random.nextInt(16);
        int place = frame.filledPlace(bytes);
        int source = frame.findStable(type -> type instanceof RegisterType.Region region && region.bytes() >= bytes);
        if (source != Frame.NONE && frame.random.nextBoolean()) {
            frame.move(1, source);
        } else {
            frame.stackArgument(1, place);
        }
        frame.moveImmediate(2, bytes);
        frame.dataArgument(3, RandomMap.READ_ONLY_DATA, RandomMap.textOffset(anyText(frame)));
        frame.callHelper(Helpers.STRNCMP);
        return true;
    }

    private static int anyText(Frame frame) {
        return frame.random.nextInt(RandomMap.TEXTS.size());
    }

    static boolean print(Frame frame) {
        int text = frame.random.nextInt(ARGUMENTS.length);
        int dataBytes = 8 * ARGUMENTS[text];
        int outBytes = 1 + frame.random.nextInt(32);
        int out = frame.filledPlace(outBytes);
        int data = frame.filledPlace(dataBytes);
        if (out == Frame.NONE || data == Frame.NONE) {
            return false;
        }
        frame.stackArgument(1, out);
        frame.moveImmediate(2, outBytes);
        frame.dataArgument(3, RandomMap.READ_ONLY_DATA, RandomMap.textOffset(text));
        frame.stackArgument(4, data);
        frame.moveImmediate(5, dataBytes);
        frame.callHelper(Helpers.SNPRINTF);
        return true;
    }
}
