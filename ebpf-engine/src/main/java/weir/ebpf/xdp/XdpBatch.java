// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.xdp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.program.AddressKind;
import weir.ebpf.program.Fault;
import weir.ebpf.program.FaultKind;
import weir.ebpf.program.ProgramSpec;

/**
 * Frames that a program runs over, side by side in arrays, with what the program says about each. The
 * caller fills the input of frames 0 to {@code size - 1}; an engine runs the program once per frame in
 * order and leaves bounds and outcome. One thread at a time; nothing is allocated while it is used.
 *
 * <pre>
 *  hardStart            meta      data                     end              hardEnd
 *  |                    |         |                        |                |
 *  +--------------------+---------+------------------------+----------------+
 *  |     headroom       | metadata|         frame          |    tailroom    |
 *  +--------------------+---------+------------------------+----------------+
 *        bpf_xdp_adjust_head/meta move meta and data; adjust_tail moves end
 * </pre>
 *
 * All are absolute addresses but {@code meta}, which is kept as its distance from data, so that frames without
 * metadata need nothing written; {@code hardStart <= meta <= data < end <= hardEnd}. The engine keeps a program's
 * accesses inside {@code meta .. end}.
 *
 * <p>For every frame the engine writes {@link #actions}, and sets fault and {@link #redirectPorts}. A redirect is
 * resolved when the helper is called, as {@code struct bpf_redirect_info} is ({@code include/linux/filter.h}): who
 * forwards the frame finds the port and asks no map again.
 */
public final class XdpBatch {
    /** {@link #faults}: the program ran to its end. */
    public static final int NO_FAULT = 0;

    /** Of redirects: the target that stands for all ports of the frame's broadcast domain but its own; no port number. */
    public static final long FLOOD = 1L << 32;

    /** Of {@link #redirectPorts}: no helper said where a redirect goes. */
    public static final int NO_REDIRECT = 0;

    /**
     * Of {@link #redirectPorts}: it takes more than a port number, which {@link #target}, {@link #targetMap}, {@link
     * #entryPort}, {@link #entryProgram} and {@link #redirectFlags} tell.
     */
    public static final int ELSEWHERE = -1;

    /** Of requests: the switch is to learn the frame's source address. */
    public static final int LEARN = 0;

    private static final int REQUESTS_PER_FRAME = 4;

    private final long[] hardStarts;
    private final long[] datas;
    private final long[] ends;
    private final long[] hardEnds;
    private final int[] metadataBytes;
    private final int[] ingressPorts;
    private final int[] queues;
    private final int[] egressPorts;
    private final int[] actions;
    private final int[] faults;
    private final @Nullable FaultKind[] faultKinds;
    private final @Nullable AddressKind[] addressKinds;
    private final long[] faultAddresses;
    private final @Nullable ProgramSpec[] faultPrograms;
    private final int[] redirectPorts;
    private final long[] targets;
    private final long[] redirectFlags;
    private final @Nullable EbpfMap[] targetMaps;
    private final int[] entryPorts;
    private final @Nullable Object[] entryPrograms;
    private final int[] requestFrames;
    private final int[] requestPorts;
    private int requests;
    private int size;
    private boolean hasFaults;

    /** @param capacity largest number of frames */
    public XdpBatch(int capacity) {
        hardStarts = new long[capacity];
        datas = new long[capacity];
        ends = new long[capacity];
        hardEnds = new long[capacity];
        metadataBytes = new int[capacity];
        ingressPorts = new int[capacity];
        queues = new int[capacity];
        egressPorts = new int[capacity];
        actions = new int[capacity];
        faults = new int[capacity];
        faultKinds = new FaultKind[capacity];
        addressKinds = new AddressKind[capacity];
        faultAddresses = new long[capacity];
        faultPrograms = new ProgramSpec[capacity];
        redirectPorts = new int[capacity];
        targets = new long[capacity];
        redirectFlags = new long[capacity];
        targetMaps = new EbpfMap[capacity];
        entryPorts = new int[capacity];
        entryPrograms = new Object[capacity];
        requestFrames = new int[capacity * REQUESTS_PER_FRAME];
        requestPorts = new int[capacity * REQUESTS_PER_FRAME];
    }

    public int capacity() {
        return datas.length;
    }

    public int size() {
        return size;
    }

    /**
     * Says that the first {@code frames} places of the arrays hold frames; for callers that fill the arrays
     * themselves. Engines read ports, queues and bounds; {@link #hardStarts} and {@link #hardEnds} only where a
     * program moves bounds.
     */
    public void resize(int frames) {
        if (frames < 0 || frames > datas.length) {
            throw new IllegalArgumentException("frames=" + frames + ": a batch has 0 to " + datas.length);
        }
        size = frames;
    }

    /** Forgets all frames and the maps they were redirected to. */
    public void clear() {
        Arrays.fill(targetMaps, 0, size, null);
        Arrays.fill(entryPrograms, 0, size, null);
        Arrays.fill(faultPrograms, 0, size, null);
        size = 0;
    }

    /**
     * Adds a frame without metadata.
     *
     * @param ingressPort {@code ingress_ifindex}
     * @param queue {@code rx_queue_index}, or {@code ring_nr} in its low byte
     * @return its index
     */
    public int add(long hardStart, long data, long end, long hardEnd, int ingressPort, int queue) {
        int i = size++;
        hardStarts[i] = hardStart;
        metadataBytes[i] = 0;
        datas[i] = data;
        ends[i] = end;
        hardEnds[i] = hardEnd;
        ingressPorts[i] = ingressPort;
        queues[i] = queue;
        egressPorts[i] = 0;
        actions[i] = XdpAction.ABORTED;
        faults[i] = NO_FAULT;
        redirectPorts[i] = NO_REDIRECT;
        return i;
    }

    // ---- in: the arrays themselves, for loops over the batch -----------------------------------------

    public long[] hardStarts() {
        return hardStarts;
    }

    /** Bytes of metadata in front of each frame; in and out. */
    public int[] metadataBytes() {
        return metadataBytes;
    }

    /** Starts of frames; in and out. */
    public long[] datas() {
        return datas;
    }

    /** Ends of frames, exclusive; in and out. */
    public long[] ends() {
        return ends;
    }

    public long[] hardEnds() {
        return hardEnds;
    }

    public int[] ingressPorts() {
        return ingressPorts;
    }

    /** Queues, in; out, too, for VALE programs: the low byte is {@code ring_nr}, and what they write to that is here. */
    public int[] queues() {
        return queues;
    }

    /** {@code egress_ifindex}, for programs in devmap entries; 0 otherwise. */
    public int[] egressPorts() {
        return egressPorts;
    }

    // ---- out -------------------------------------------------------------------------------------

    /** Return values, all 32 bits, known actions or not: of {@link XdpAction}, or {@link ValeVerdict}. */
    public int[] actions() {
        return actions;
    }

    /**
     * {@link #NO_FAULT}, or 1 + the slot of the instruction that went wrong; the action is {@link
     * weir.ebpf.program.ProgramType#actionOfFault} then.
     */
    public int[] faults() {
        return faults;
    }

    /** Forgets what was said about the frames so far. For engines that write down only what is out of the ordinary. */
    public void forgetOutcomes() {
        forgetRequests();
        Arrays.fill(redirectPorts, 0, size, NO_REDIRECT);
        if (hasFaults) {
            hasFaults = false;
            Arrays.fill(faults, NO_FAULT);
        }
    }

    /**
     * Writes down what went wrong with a frame, which goes nowhere then: ABORTED, or a VALE program's drop. For engines.
     *
     * @param program the one that ran, which after a tail call is not the one that was started
     * @param address that was used wrongly; 0 where the fault has none
     */
    public void fail(int index, ProgramSpec program, int slot, FaultKind kind, AddressKind addressKind, long address) {
        actions[index] = program.type().actionOfFault();
        faults[index] = 1 + slot;
        hasFaults = true;
        faultKinds[index] = kind;
        addressKinds[index] = addressKind;
        faultAddresses[index] = address;
        faultPrograms[index] = program;
    }

    /** What went wrong with a frame, in full; null without a fault. Allocates. */
    public @Nullable Fault fault(int index) {
        ProgramSpec program = faultPrograms[index];
        FaultKind kind = faultKind(index);
        AddressKind addressKind = addressKinds[index];
        if (kind == null || program == null || addressKind == null) {
            return null;
        }
        int slot = faults[index] - 1;
        String missing = kind == FaultKind.INSTRUCTION ? program.missingAt(slot) : null;
        return new Fault(kind, program.name(), slot, program.lineAt(slot), missing, faultAddresses[index], addressKind);
    }

    /** Kind of a frame's fault; null without one. */
    public @Nullable FaultKind faultKind(int index) {
        return faults[index] == NO_FAULT ? null : faultKinds[index];
    }

    /** For engines, before a batch: forgets what programs asked for. */
    public void forgetRequests() {
        requests = 0;
    }

    /** For engines: the program asks for a copy of a frame to a port, or for {@link #LEARN}; false without room. */
    boolean request(int index, int port) {
        if (requests == requestFrames.length) {
            return false;
        }
        requestFrames[requests] = index;
        requestPorts[requests++] = port;
        return true;
    }

    /** What programs asked for beside their verdicts, in the order in which they did; frames with a fault, too. */
    public int requests() {
        return requests;
    }

    /** Index of the frame that a request is about. */
    public int requestFrame(int request) {
        return requestFrames[request];
    }

    /** Number of the port that is to get a copy of the frame as the program leaves it, or {@link #LEARN}. */
    public int requestPort(int request) {
        return requestPorts[request];
    }

    /**
     * Where a frame goes whose action is {@code XDP_REDIRECT}: a number above 0 of a port that may exist, {@link
     * #ELSEWHERE}, or {@link #NO_REDIRECT}. Undefined in part for other actions: a program may ask for a redirect and
     * then not return one.
     */
    public int[] redirectPorts() {
        return redirectPorts;
    }

    /** Of redirects: the port, {@link #FLOOD}, or the key in {@link #targetMap}; 0 without a redirect. */
    public long target(int index) {
        return redirectPorts[index] == NO_REDIRECT ? 0 : targets[index];
    }

    /** Of redirects: the flags given to the helper, where they have a meaning beyond it. */
    public long redirectFlags(int index) {
        return redirectPorts[index] == ELSEWHERE ? redirectFlags[index] : 0;
    }

    /** Of redirects through a map: the map; null for {@code bpf_redirect}. */
    public @Nullable EbpfMap targetMap(int index) {
        return redirectPorts[index] == NO_REDIRECT ? null : targetMaps[index];
    }

    /** Of {@link #ELSEWHERE}, to one entry of a map: the entry's target when the helper was called; otherwise 0. */
    public int entryPort(int index) {
        return entryPorts[index];
    }

    /** Of {@link #ELSEWHERE}, to one entry of a map: the entry's program when the helper was called; null without. */
    public @Nullable Object entryProgram(int index) {
        return entryPrograms[index];
    }

    long[] targets() {
        return targets;
    }

    @Nullable
    EbpfMap[] targetMaps() {
        return targetMaps;
    }

    /** For helpers: a redirect to one entry of a map that has a program, or is no port. */
    void redirectToEntry(int index, long key, EbpfMap map, int target, @Nullable Object program) {
        redirectElsewhere(index, key, map, 0);
        entryPorts[index] = target;
        entryPrograms[index] = program;
    }

    /** For helpers: a redirect to no port, or to more than that. */
    void redirectElsewhere(int index, long target, @Nullable EbpfMap map, long flags) {
        redirectPorts[index] = ELSEWHERE;
        targets[index] = target;
        targetMaps[index] = map;
        redirectFlags[index] = flags;
        entryPorts[index] = 0;
        entryPrograms[index] = null;
    }
}
