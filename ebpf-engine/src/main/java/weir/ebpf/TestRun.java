// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.memory.Mem;
import weir.ebpf.program.Fault;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;
import weir.ebpf.xdp.XdpContext;

/**
 * Runs a program on one frame as {@code BPF_PROG_TEST_RUN} does, {@code net/bpf/test_run.c}: 256 bytes
 * of headroom, of which helpers may use all but 40; what remains of a page of 4096 bytes, without 320 for
 * {@code skb_shared_info}, is tailroom. A frame too long for a page has no tailroom.
 *
 * <p>As in the kernel, a repeated run sees the frame as the run before left it.
 *
 * @param data metadata, if any, and the frame behind it
 * @param metadataBytes a multiple of 4
 * @param ingressPort {@code ingress_ifindex}
 * @param queue {@code rx_queue_index}, {@code ring_nr} of VALE programs
 * @param repeat number of runs, at least 1
 * @param cpu whose per-CPU values are used
 */
public record TestRun(Bytes data, int metadataBytes, int ingressPort, int queue, int repeat, int cpu) {
    public static final int MAX_DATA_BYTES = 65_536;

    private static final int HEADROOM_BYTES = 256;
    private static final int PAGE_BYTES = 4096;
    private static final int SHARED_INFO_BYTES = 320;
    private static final int CACHE_LINE_BYTES = 64;

    /** Checks sizes. */
    public TestRun {
        if (metadataBytes < 0
                || metadataBytes % 4 != 0
                || metadataBytes > HEADROOM_BYTES - XdpContext.RESERVED_HEADROOM_BYTES) {
            throw new IllegalArgumentException(
                    "metadataBytes=" + metadataBytes + ": needed is a multiple of 4, at most 216");
        }
        int frameBytes = data.length() - metadataBytes;
        if (frameBytes < XdpContext.MIN_FRAME_BYTES || data.length() > MAX_DATA_BYTES) {
            throw new IllegalArgumentException("frame of " + frameBytes + " bytes: needed are 14 to " + MAX_DATA_BYTES);
        }
        if (repeat < 1) {
            throw new IllegalArgumentException("repeat=" + repeat + ": needed is 1 or more");
        }
    }

    /** One run on a frame without metadata, from port 1. */
    public static TestRun of(byte[] frame) {
        return new TestRun(Bytes.of(frame), 0, 1, 0, 1, 0);
    }

    /**
     * What a run gave.
     *
     * @param action of the last run
     * @param data metadata and frame afterwards
     * @param target of a redirect: port, or key in {@code targetMap}; 0 without
     * @param queue that {@code queue} became
     * @param nanosPerRun mean duration
     * @param fault of the last run; null without
     */
    public record Result(
            int action,
            Bytes data,
            int metadataBytes,
            long target,
            @Nullable EbpfMap targetMap,
            long redirectFlags,
            int queue,
            long nanosPerRun,
            @Nullable Fault fault) {}

    /** Runs. No other thread may use this CPU's number for the program's object meanwhile. */
    public Result run(EbpfProgram program) {
        try (Arena arena = Arena.ofConfined()) {
            int roomBytes = Math.max(PAGE_BYTES - SHARED_INFO_BYTES, HEADROOM_BYTES + data.length() - metadataBytes);
            long hardStart = arena.allocate(roomBytes, CACHE_LINE_BYTES).address();
            long start = hardStart + HEADROOM_BYTES;
            long meta = start - metadataBytes;
            Mem.copyFrom(data.toArray(), 0, meta, data.length());
            XdpBatch batch = new XdpBatch(1);
            batch.add(hardStart, start, meta + data.length(), hardStart + roomBytes, ingressPort, queue);
            batch.metadataBytes()[0] = metadataBytes;
            long before = System.nanoTime();
            for (int i = 0; i < repeat; i++) {
                program.run(batch, cpu);
            }
            return result(batch, (System.nanoTime() - before) / repeat);
        }
    }

    private static Result result(XdpBatch batch, long nanosPerRun) {
        int metadataBytes = batch.metadataBytes()[0];
        long meta = batch.datas()[0] - metadataBytes;
        boolean isRedirect = batch.actions()[0] == XdpAction.REDIRECT;
        byte[] after = new byte[(int) (batch.ends()[0] - meta)];
        Mem.copyTo(meta, after, 0, after.length);
        return new Result(
                batch.actions()[0],
                Bytes.of(after),
                metadataBytes,
                isRedirect ? batch.target(0) : 0,
                isRedirect ? batch.targetMap(0) : null,
                isRedirect ? batch.redirectFlags(0) : 0,
                batch.queues()[0],
                nanosPerRun,
                batch.fault(0));
    }
}
