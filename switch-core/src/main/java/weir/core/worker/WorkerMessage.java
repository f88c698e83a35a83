// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

/**
 * Words on the ring from one worker to another. A message is one header word and {@code count} words.
 *
 * <pre>
 *  header  | kind (8) | count (16) |  0 (8)  |        argument (32)       |
 *          63         55           39        31                           0
 *
 *  FRAMES  argument: egress port index        words: frames, each exclusive
 *  FLOOD   argument: VLAN word &lt;&lt; 12 | ingress port index    word: the frame, one hold for the receiver
 *  LEARNED argument: port index               word: FDB key
 *  HELD    argument: port index               word: FDB key of an address that flaps
 * </pre>
 */
final class WorkerMessage {
    static final int FRAMES = 1;
    static final int FLOOD = 2;
    static final int LEARNED = 3;
    static final int HELD = 4;

    private static final int KIND_SHIFT = 56;
    private static final int COUNT_SHIFT = 40;
    private static final int COUNT_MASK = 0xffff;
    private static final int INGRESS_BITS = 12;

    private WorkerMessage() {}

    static long header(int kind, int count, int argument) {
        return ((long) kind << KIND_SHIFT) | ((long) count << COUNT_SHIFT) | (argument & 0xffff_ffffL);
    }

    static int kind(long header) {
        return (int) (header >>> KIND_SHIFT);
    }

    static int count(long header) {
        return (int) (header >>> COUNT_SHIFT) & COUNT_MASK;
    }

    static int argument(long header) {
        return (int) header;
    }

    static int floodArgument(int ingressIndex, int vlanWord) {
        return (vlanWord << INGRESS_BITS) | ingressIndex;
    }

    static int floodIngress(int argument) {
        return argument & ((1 << INGRESS_BITS) - 1);
    }

    static int floodVlanWord(int argument) {
        return argument >>> INGRESS_BITS;
    }
}
