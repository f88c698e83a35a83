// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The context that r1 points to when a program starts: which fields there are, and how they may be accessed. The
 * only place that says so; verifier and engines ask it. Immutable.
 *
 * <pre>
 *  struct xdp_md         0            4            8            12           16           20         24
 *  (uapi/linux/bpf.h)   +------------+------------+------------+------------+------------+------------+
 *                       | data       | data_end   | data_meta  | ingress    | rx_queue   | egress     |
 *                       |            |            |            |    _ifindex|      _index|    _ifindex|
 *                       +------------+------------+------------+------------+------------+------------+
 *
 *  struct vale_bpf_md    0                         8                         16           20      21 24
 *  (VALE-BPF,           +-------------------------+-------------------------+------------+-------+---+
 *  net/vale_bpf_uapi.h) | data                    | data_end                | ingress    | ring  | - |
 *                       |                         |                         |       _port|    _nr|   |
 *                       +-------------------------+-------------------------+------------+-------+---+
 * </pre>
 *
 * <p>Fields of {@code xdp_md} are loaded whole, as {@code xdp_is_valid_access} of {@code net/core/filter.c} has it,
 * and none is written. VALE-BPF passes a struct in memory, so that compilers may narrow loads of its numbers; what
 * is written to it is lost, but for {@code ring_nr}, the only field that may be written here.
 */
public final class ContextLayout {
    private static final int BYTES = 24;

    private static final List<Slot> XDP_FIELDS = List.of(
            new Slot(ContextField.DATA, 0, 4, false, false),
            new Slot(ContextField.DATA_END, 4, 4, false, false),
            new Slot(ContextField.DATA_META, 8, 4, false, false),
            new Slot(ContextField.INGRESS_PORT, 12, 4, false, false),
            new Slot(ContextField.QUEUE, 16, 4, false, false));
    private static final List<Slot> EGRESS_FIELD = List.of(new Slot(ContextField.EGRESS_PORT, 20, 4, false, false));
    private static final List<Slot> VALE_FIELDS = List.of(
            new Slot(ContextField.DATA, 0, 8, false, false),
            new Slot(ContextField.DATA_END, 8, 8, false, false),
            new Slot(ContextField.INGRESS_PORT, 16, 4, true, false),
            new Slot(ContextField.QUEUE, 20, 1, true, true));

    /** {@code struct xdp_md} of programs at a port or switch. */
    public static final ContextLayout XDP =
            new ContextLayout("4 bytes at 0, 4, 8, 12 or 16", "no write to the context", XDP_FIELDS, List.of());

    /** {@code struct xdp_md} of programs in entries of devmaps, which alone see {@code egress_ifindex}. */
    public static final ContextLayout XDP_DEVMAP =
            new ContextLayout("4 bytes at 0, 4, 8, 12, 16 or 20", "no write to the context", XDP_FIELDS, EGRESS_FIELD);

    /** {@code struct vale_bpf_md}. */
    public static final ContextLayout VALE = new ContextLayout(
            "8 bytes at 0 (data) or 8 (data_end), 1, 2 or 4 aligned bytes from 16 to 19 (ingress_port), 1 byte at 20"
                    + " (ring_nr)",
            "1 byte at 20 (ring_nr), the only field that may be written",
            VALE_FIELDS,
            List.of());

    /** A field in its place. */
    private record Slot(ContextField field, int offset, int bytes, boolean isNarrowed, boolean isWritten) {}

    private final String loads;
    private final String stores;
    /** By each offset inside. */
    private final @Nullable Slot[] slots = new Slot[BYTES];

    private ContextLayout(String loads, String stores, List<Slot> fields, List<Slot> more) {
        this.loads = loads;
        this.stores = stores;
        place(fields);
        place(more);
    }

    private void place(List<Slot> fields) {
        for (Slot slot : fields) {
            Arrays.fill(slots, slot.offset(), slot.offset() + slot.bytes(), slot);
        }
    }

    /** The field that a load of these bytes takes its value from; null where there may be no such load. */
    public @Nullable ContextField loaded(long offset, int bytes, boolean isSigned) {
        Slot slot = slotAt(offset);
        if (slot == null || (isSigned && slot.field().isPointer())) {
            return null;
        }
        boolean isWhole = whole(offset, bytes) != null;
        boolean isPart =
                slot.isNarrowed() && offset % bytes == 0 && offset + bytes <= slot.offset() + (long) slot.bytes();
        return isWhole || isPart ? slot.field() : null;
    }

    /** The field that is just these bytes; null where none is. */
    public @Nullable ContextField whole(long offset, int bytes) {
        Slot slot = slotAt(offset);
        return slot != null && offset == slot.offset() && bytes == slot.bytes() ? slot.field() : null;
    }

    /** The field that a store of these bytes changes; null where there may be no such store. */
    public @Nullable ContextField stored(long offset, int bytes) {
        Slot slot = slotAt(offset);
        return slot != null && slot.isWritten() && offset == slot.offset() && bytes == slot.bytes()
                ? slot.field()
                : null;
    }

    /** Bits of the field below those at an offset that lies in one. */
    public int firstBit(long offset) {
        Slot slot = slotAt(offset);
        return slot == null ? 0 : (int) (offset - slot.offset()) * Byte.SIZE;
    }

    private @Nullable Slot slotAt(long offset) {
        return offset < 0 || offset >= BYTES ? null : slots[(int) offset];
    }

    /** Which loads there may be, in words. */
    public String loads() {
        return loads;
    }

    /** Which stores there may be, in words. */
    public String stores() {
        return stores;
    }
}
