// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import weir.core.frame.Frame;
import weir.core.frame.FrameStore;
import weir.core.frame.Mem;

/**
 * Adds, removes and reads IEEE 802.1Q tags.
 *
 * <pre>
 *  untagged | dst 6 | src 6 |               type 2 | payload
 *  tagged   | dst 6 | src 6 | 81 00 | TCI 2 | type 2 | payload      TCI: PCP 3, DEI 1, VID 12
 * </pre>
 *
 * An exclusive frame is changed in place by moving the addresses four bytes; a shared one is copied.
 */
final class TagRewriter {
    /** Tag protocol identifier 0x8100 as a native little-endian load gives it. */
    private static final short TPID = (short) 0x0081;

    private static final int TPID_BYTE = 12;
    private static final int TCI_BYTE = 14;
    private static final int TAG_BYTES = 4;
    private static final int MIN_TAGGED_BYTES = 20;
    private static final int VID_MASK = 0xfff;

    private final FrameStore store;
    private final long base;

    TagRewriter(FrameStore store) {
        this.store = store;
        base = store.pool().baseAddress();
    }

    boolean isTagged(long frame) {
        return Mem.getShort(base + Frame.position(frame) + TPID_BYTE) == TPID;
    }

    /** Whether the frame says 802.1Q but is too short to hold a tag and a type. */
    boolean isMalformed(long frame) {
        return Frame.length(frame) < MIN_TAGGED_BYTES && isTagged(frame);
    }

    int vlanId(long frame) {
        return Short.reverseBytes(Mem.getShort(base + Frame.position(frame) + TCI_BYTE)) & VID_MASK;
    }

    /** Tags in front of the payload's type, counted up to two. */
    int tags(long frame) {
        if (Frame.length(frame) < MIN_TAGGED_BYTES || !isTagged(frame)) {
            return 0;
        }
        return Mem.getShort(base + Frame.position(frame) + TPID_BYTE + TAG_BYTES) == TPID ? 2 : 1;
    }

    /** Writes another VLAN into the tag there is; returns the frame, a copy of it, or -1. */
    long retag(long frame, int vlan, int account) {
        long own = owned(frame, account);
        if (own >= 0) {
            long at = base + Frame.position(own) + TCI_BYTE;
            int tci = (Short.reverseBytes(Mem.getShort(at)) & ~VID_MASK) | vlan;
            Mem.putShort(at, Short.reverseBytes((short) tci));
        }
        return own;
    }

    /** Adds a tag; returns the frame, a copy of it, or -1 when there is no slot for the copy. */
    long push(long frame, int vlan, int account) {
        boolean fits = store.pool().offset(frame) >= TAG_BYTES;
        long own = fits ? owned(frame, account) : copied(frame, account);
        if (own < 0) {
            return -1;
        }
        long from = base + Frame.position(own);
        Mem.copy(from, from - TAG_BYTES, TPID_BYTE);
        Mem.putShort(from - TAG_BYTES + TPID_BYTE, TPID);
        Mem.putShort(from - TAG_BYTES + TCI_BYTE, Short.reverseBytes((short) vlan));
        return Frame.moveStart(own, -TAG_BYTES);
    }

    /** Removes the outer tag; returns the frame, a copy of it, or -1. */
    long pop(long frame, int account) {
        long own = owned(frame, account);
        if (own < 0) {
            return -1;
        }
        long from = base + Frame.position(own);
        Mem.copy(from, from + TAG_BYTES, TPID_BYTE);
        return Frame.moveStart(own, TAG_BYTES);
    }

    /** The frame itself when nobody else holds it; else a copy, and one hold on the frame is given up. */
    private long owned(long frame, int account) {
        return store.isExclusive(frame) ? frame : copied(frame, account);
    }

    private long copied(long frame, int account) {
        long copy = store.copy(frame, account);
        if (copy >= 0) {
            store.release(frame);
        }
        return copy;
    }
}
