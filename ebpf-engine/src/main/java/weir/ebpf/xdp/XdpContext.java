// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.xdp;

import org.jspecify.annotations.Nullable;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.Errno;
import weir.ebpf.memory.Mem;
import weir.ebpf.program.ContextField;
import weir.ebpf.program.ContextLayout;

/**
 * The frame that a program looks at: its context for loads and stores, {@code struct xdp_buff} for the helpers
 * that move its bounds, in the batch itself. One thread.
 *
 * <p>The program's context pointer is {@link #ADDRESS}, which no platform maps: an access through it is
 * a load of a field and nothing else.
 *
 * <p>{@link ContextLayout} says where its fields are.
 */
public final class XdpContext {
    /** What r1 holds when a program starts. */
    public static final long ADDRESS = 0xEB9EL << 48;

    /** Shortest frame that helpers leave: an Ethernet header. */
    public static final int MIN_FRAME_BYTES = 14;

    /** Start of the headroom that Linux keeps for {@code struct xdp_frame}; helpers do not enter it. */
    public static final int RESERVED_HEADROOM_BYTES = 40;

    /** Metadata is a multiple of 4 and fits {@code skb_shared_info.meta_len}, a byte. */
    private static final int MAX_METADATA_BYTES = 255;

    private static final int MAX_BYTES_HELPER = 0xffff;
    private static final XdpBatch NO_FRAMES = new XdpBatch(1);

    private XdpBatch batch = NO_FRAMES;
    private long[] datas = NO_FRAMES.datas();
    private long[] ends = NO_FRAMES.ends();
    private int[] redirectPorts = NO_FRAMES.redirectPorts();
    private long[] targets = NO_FRAMES.targets();
    private @Nullable EbpfMap[] targetMaps = NO_FRAMES.targetMaps();
    private int index;

    /** A context without a frame. */
    public XdpContext() {
        // everything comes with a frame
    }

    /** Stands for a frame of the batch: bounds are read and moved in the batch itself. */
    public void load(XdpBatch other, int frame) {
        if (batch != other) {
            batch = other;
            datas = other.datas();
            ends = other.ends();
            redirectPorts = other.redirectPorts();
            targets = other.targets();
            targetMaps = other.targetMaps();
        }
        index = frame;
    }

    /** Stands for another frame of the same batch. */
    public void at(int frame) {
        index = frame;
    }

    public long meta() {
        return datas[index] - batch.metadataBytes()[index];
    }

    public long data() {
        return datas[index];
    }

    public long end() {
        return ends[index];
    }

    public int ingressPort() {
        return batch.ingressPorts()[index];
    }

    /** Bytes from data to end; {@code bpf_xdp_get_buff_len}. */
    public int lengthBytes() {
        return (int) (end() - data());
    }

    /** Whether an address is in or just around the context. */
    public static boolean isContext(long address) {
        return ((address - ADDRESS) >>> 16) == 0 || ((ADDRESS - address) >>> 16) == 0;
    }

    /** The queue, all bits of it. */
    public int queue() {
        return batch.queues()[index];
    }

    /** Sends the frame to another queue. */
    public void queue(int queue) {
        batch.queues()[index] = queue;
    }

    /** {@code egress_ifindex}. */
    public int egressPort() {
        return batch.egressPorts()[index];
    }

    /**
     * What a load gives that the layout allows: of pointers all 64 bits, of other fields the bytes at that place,
     * extended with zeros.
     *
     * @param offset of the load, in or behind the field's start
     */
    public long load(ContextLayout layout, ContextField field, long offset, int bytes) {
        if (field.isPointer()) {
            return switch (field) {
                case DATA -> data();
                case DATA_END -> end();
                default -> meta();
            };
        }
        long value = Integer.toUnsignedLong(
                switch (field) {
                    case INGRESS_PORT -> ingressPort();
                    case QUEUE -> queue();
                    default -> egressPort();
                });
        return (value >>> layout.firstBit(offset)) & (-1L >>> (Long.SIZE - bytes * Byte.SIZE));
    }

    /** {@code bpf_xdp_adjust_head}: moves the start of the frame and its metadata with it. */
    public int adjustHead(int offset) {
        long data = data();
        int metadataBytes = batch.metadataBytes()[index];
        long moved = data + offset;
        if (moved < hardStart() + RESERVED_HEADROOM_BYTES + metadataBytes || moved > end() - MIN_FRAME_BYTES) {
            return -Errno.EINVAL;
        }
        if (metadataBytes != 0) {
            Mem.copy(data - metadataBytes, moved - metadataBytes, metadataBytes);
        }
        datas[index] = moved;
        return 0;
    }

    /** {@code bpf_xdp_adjust_tail}: moves the end; what is new is zero. */
    public int adjustTail(int offset) {
        long end = end();
        long moved = end + offset;
        if (moved > batch.hardEnds()[index] || moved < data() + MIN_FRAME_BYTES) {
            return -Errno.EINVAL;
        }
        if (offset > 0) {
            Mem.fill(end, offset, (byte) 0);
        }
        ends[index] = moved;
        return 0;
    }

    /** {@code bpf_xdp_adjust_meta}: moves the start of the metadata. */
    public int adjustMeta(int offset) {
        long data = data();
        long moved = meta() + offset;
        if (moved < hardStart() + RESERVED_HEADROOM_BYTES || moved > data) {
            return -Errno.EINVAL;
        }
        long metadataBytes = data - moved;
        if ((metadataBytes & 3) != 0 || metadataBytes > MAX_METADATA_BYTES) {
            return -Errno.EACCES;
        }
        batch.metadataBytes()[index] = (int) metadataBytes;
        return 0;
    }

    /**
     * {@code weir_clone} and {@code weir_learn}: asks the switch for something beside the verdict.
     *
     * @param port number of a port, or {@link XdpBatch#LEARN}
     * @return 0, or {@code -ENOSPC} when the batch holds no more requests
     */
    public int request(int port) {
        return batch.request(index, port) ? 0 : -Errno.ENOSPC;
    }

    // ---- redirects: what happens should the program return XDP_REDIRECT; the last one counts ------------------

    /** To a port, by its number. */
    public void redirect(int port) {
        if (port > 0) {
            toPort(port, port, null);
        } else {
            batch.redirectElsewhere(index, Integer.toUnsignedLong(port), null, 0);
        }
    }

    /** To all other ports of the frame's broadcast domain. */
    public void flood() {
        batch.redirectElsewhere(index, XdpBatch.FLOOD, null, 0);
    }

    /** To the port, above 0, that an entry of a map names. */
    public void redirect(EbpfMap map, int key, int port) {
        toPort(port, Integer.toUnsignedLong(key), map);
    }

    @SuppressWarnings("ReferenceEquality") // a read costs less than a store and its barrier
    private void toPort(int port, long target, @Nullable EbpfMap map) {
        int at = index;
        redirectPorts[at] = port;
        targets[at] = target;
        if (targetMaps[at] != map) {
            targetMaps[at] = map;
        }
    }

    /** To an entry of a map that has a program, or whose target is no port. */
    public void redirect(EbpfMap map, int key, int target, @Nullable Object program) {
        batch.redirectToEntry(index, Integer.toUnsignedLong(key), map, target, program);
    }

    /** To all entries of a map. */
    public void broadcast(EbpfMap map, int key, long flags) {
        batch.redirectElsewhere(index, Integer.toUnsignedLong(key), map, flags);
    }

    /** The map that a redirect was to go through, if any, is none any more; its target stays. */
    public void forgetRedirectMap() {
        if (batch.redirectPorts()[index] != XdpBatch.NO_REDIRECT) {
            batch.redirectElsewhere(index, batch.target(index), null, 0);
        }
    }

    private long hardStart() {
        return batch.hardStarts()[index];
    }

    /**
     * Where a piece of the frame is, for {@code bpf_xdp_load_bytes} and {@code store_bytes}.
     *
     * @param offset unsigned
     * @param lengthBytes unsigned
     * @return its address or a negative errno
     */
    public long piece(int offset, int lengthBytes) {
        long from = Integer.toUnsignedLong(offset);
        long count = Integer.toUnsignedLong(lengthBytes);
        if (from > MAX_BYTES_HELPER || count > MAX_BYTES_HELPER) {
            return -Errno.EFAULT;
        }
        return from + count > end() - data() ? -Errno.EINVAL : data() + from;
    }
}
