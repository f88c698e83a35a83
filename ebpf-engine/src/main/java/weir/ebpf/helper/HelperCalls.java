// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.helper;

import weir.ebpf.map.Errno;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.RedirectMap;
import weir.ebpf.memory.Mem;
import weir.ebpf.program.FaultKind;
import weir.ebpf.run.RunState;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;

/**
 * What helpers do, on one CPU. Results and errnos are the kernel's. Engines ask {@link #mayCall} first
 * where no verifier has proved the arguments, and run control flow helpers themselves. One thread;
 * allocates nothing.
 */
public final class HelperCalls {
    /** Longest line of {@code bpf_trace_printk}, {@code MAX_BPRINTF_BUF}. */
    static final int TEXT_BYTES = 1024;

    /** Memory that the owner provides, aligned to 8. */
    public static final int SCRATCH_BYTES = TEXT_BYTES;

    private static final long COARSE_NANOS = 4_000_000;
    private static final long NANOS_PER_JIFFY = 4_000_000;
    private static final byte[] IDLE = {'s', 'w', 'a', 'p', 'p', 'e', 'r'};

    private final RunState run;
    private final Formatter formatter;
    private final long scratchAddress;

    /** @param scratchAddress of {@link #SCRATCH_BYTES} bytes that belong to this object alone */
    public HelperCalls(RunState run, long scratchAddress) {
        this.run = run;
        this.scratchAddress = scratchAddress;
        this.formatter = new Formatter(run);
    }

    /**
     * Whether a helper may be called with what the registers hold; if not, the state has the fault.
     *
     * @param r registers by number
     */
    public boolean mayCall(Helper helper, long[] r) {
        return HelperArguments.check(run, helper, r);
    }

    /** Whether a helper takes a map of that definition. */
    public static boolean takes(Helper helper, MapSpec map) {
        return HelperArguments.isAllowed(helper, map);
    }

    /** Calls a helper and returns r0; check afterwards whether the state has a fault. */
    public long call(HelperFunction function, long a, long b, long c, long d, long e) {
        return switch (function) {
            case MAP_LOOKUP_ELEM,
                    MAP_UPDATE_ELEM,
                    MAP_DELETE_ELEM,
                    MAP_PUSH_ELEM,
                    MAP_POP_ELEM,
                    MAP_PEEK_ELEM,
                    MAP_LOOKUP_PERCPU_ELEM,
                    SPIN_LOCK,
                    SPIN_UNLOCK -> MapHelpers.call(run, function, a, b, c, d);
            case REDIRECT -> redirect(a, b);
            case REDIRECT_MAP -> MapHelpers.redirect(run, a, b, c);
            case XDP_ADJUST_HEAD -> run.context().adjustHead((int) b);
            case XDP_ADJUST_TAIL -> run.context().adjustTail((int) b);
            case XDP_ADJUST_META -> run.context().adjustMeta((int) b);
            case XDP_LOAD_BYTES -> FrameHelpers.loadBytes(run, b, c, d);
            case XDP_STORE_BYTES -> FrameHelpers.storeBytes(run, b, c, d);
            case XDP_GET_BUFF_LEN -> run.context().lengthBytes();
            case CSUM_DIFF -> Checksums.difference(a, (int) b, c, (int) d, (int) e);
            case FIB_LOOKUP -> FrameHelpers.fibLookup(run, b, c, d);
            case CHECK_MTU -> FrameHelpers.checkMtu(run, b, c, d, e);
            case TRACE_PRINTK -> TextHelpers.tracePrintk(this, a, b, c, d, e);
            case TRACE_VPRINTK -> TextHelpers.traceVprintk(this, a, b, c, d);
            case SNPRINTF -> TextHelpers.snprintf(this, a, b, c, d, e);
            case STRNCMP -> TextHelpers.strncmp(a, b, c);
            case PERF_EVENT_OUTPUT, RINGBUF_OUTPUT, RINGBUF_RESERVE, RINGBUF_SUBMIT, RINGBUF_DISCARD, RINGBUF_QUERY ->
                EventHelpers.call(run, function, a, b, c, d, e);
            case FOR_EACH_MAP_ELEM, LOOP, TAIL_CALL -> controlFlow();
            case WEIR_CLONE ->
                (int) b == XdpBatch.LEARN ? -Errno.EINVAL : run.context().request((int) b);
            case WEIR_LEARN -> run.context().request(XdpBatch.LEARN);
            case WEIR_FLOOD -> flood();
            default -> machine(function, a, b);
        };
    }

    private long machine(HelperFunction function, long a, long b) {
        return switch (function) {
            case KTIME_GET_NS -> run.host().monotonicNanos();
            case KTIME_GET_BOOT_NS -> run.host().bootNanos();
            case KTIME_GET_COARSE_NS -> run.host().monotonicNanos() / COARSE_NANOS * COARSE_NANOS;
            case JIFFIES64 -> run.host().monotonicNanos() / NANOS_PER_JIFFY;
            case GET_PRANDOM_U32 -> Integer.toUnsignedLong(run.host().randomInt());
            case GET_SMP_PROCESSOR_ID -> run.cpu();
            case GET_CURRENT_COMM -> idleCommand(a, b);
            default -> 0; // one NUMA node; the idle task, pid and uid 0
        };
    }

    private long controlFlow() {
        run.fail(FaultKind.INSTRUCTION);
        return 0;
    }

    /** {@code bpf_xdp_redirect}, for engines that know what they call. */
    public long redirect(long port, long flags) {
        if (flags != 0) {
            return XdpAction.ABORTED;
        }
        run.context().redirect((int) port);
        return XdpAction.REDIRECT;
    }

    /** {@code bpf_xdp_redirect_map}, for engines that know what they call. */
    public long redirectMap(RedirectMap map, long key, long flags) {
        return MapHelpers.redirect(run, map, key, flags);
    }

    private long flood() {
        run.context().flood();
        return XdpAction.REDIRECT;
    }

    /** Name of the task that a CPU runs when it has nothing to do, cut off and padded with zeros. */
    private static long idleCommand(long target, long lengthBytes) {
        for (long i = 0; i < lengthBytes; i++) {
            boolean inName = i < IDLE.length && i < lengthBytes - 1;
            Mem.putByte(target + i, inName ? IDLE[(int) i] : 0);
        }
        return 0;
    }

    RunState run() {
        return run;
    }

    Formatter formatter() {
        return formatter;
    }

    long textAddress() {
        return scratchAddress;
    }
}
