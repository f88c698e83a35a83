// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import weir.ports.linux.BpfLink;
import weir.ports.linux.BpfLink.XdpMode;
import weir.ports.linux.BpfMap;
import weir.ports.linux.BpfProgram;
import weir.ports.linux.LinuxException;
import weir.ports.linux.XdpSocket;

/**
 * The kernel's part of a port: a program that hands the frames of a queue to the socket in the map's entry
 * of that number, and frames of other queues to the kernel's own stack.
 *
 * <pre>
 *  r2 = *(u32 *)(r1 + 16)          ctx->rx_queue_index
 *  r1 = map                        two slots
 *  r3 = XDP_PASS                   for queues without a socket
 *  call bpf_redirect_map
 *  exit
 * </pre>
 *
 * <p>Attached by a link, so that the kernel detaches it when this process ends, however it ends.
 */
final class RedirectProgram implements AutoCloseable {
    private static final String NAME = "weir_xdp";
    private static final int INSTRUCTIONS = 6;
    private static final int MAP_FD_HIGH_BITS = 32;

    // struct bpf_insn as a number, uapi/linux/bpf.h: | imm 32 | offset 16 | source 4 | target 4 | code 8 |
    private static final long LOAD_QUEUE = 0x0010_12_61L;
    private static final long LOAD_MAP = 0x0000_11_18L;
    private static final long LOAD_MAP_REST = 0;
    private static final long PASS = 0x0000_0002_0000_03_b7L;
    private static final long CALL_REDIRECT_MAP = 0x0000_0033_0000_00_85L;
    private static final long EXIT = 0x0000_00_95L;

    private final BpfMap sockets;
    private final BpfProgram program;
    private final BpfLink link;
    private final XdpMode mode;

    private RedirectProgram(BpfMap sockets, BpfProgram program, BpfLink link, XdpMode mode) {
        this.sockets = sockets;
        this.program = program;
        this.link = link;
        this.mode = mode;
    }

    /** How to attach a loaded program. */
    @FunctionalInterface
    interface Attachment {
        /** A link, and the mode that was possible. */
        Attached attach(BpfProgram program) throws LinuxException;
    }

    /**
     * A program that was attached.
     *
     * @param link that keeps it attached
     * @param mode where it runs
     */
    record Attached(BpfLink link, XdpMode mode) {}

    /**
     * Loads and attaches it; no queue has a socket yet.
     *
     * @param queues numbers below this one can get one
     */
    static RedirectProgram attach(int queues, Attachment attachment) throws LinuxException {
        BpfMap map = map(queues);
        try {
            BpfProgram program = load(map);
            try {
                Attached attached = attachment.attach(program);
                return new RedirectProgram(map, program, attached.link(), attached.mode());
            } catch (LinuxException e) {
                program.close();
                throw e;
            }
        } catch (LinuxException e) {
            map.close();
            throw e;
        }
    }

    /** Loads it and lets it go. */
    static void probe() throws LinuxException {
        try (BpfMap map = map(1)) {
            load(map).close();
        }
    }

    private static BpfMap map(int queues) throws LinuxException {
        return BpfMap.create(new BpfMap.Spec(BpfMap.XSKMAP, Integer.BYTES, Integer.BYTES, queues, 0, NAME));
    }

    private static BpfProgram load(BpfMap map) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(JAVA_LONG, INSTRUCTIONS);
            code.setAtIndex(JAVA_LONG, 0, LOAD_QUEUE);
            code.setAtIndex(JAVA_LONG, 1, LOAD_MAP | (long) map.fd() << MAP_FD_HIGH_BITS);
            code.setAtIndex(JAVA_LONG, 2, LOAD_MAP_REST);
            code.setAtIndex(JAVA_LONG, 3, PASS);
            code.setAtIndex(JAVA_LONG, 4, CALL_REDIRECT_MAP);
            code.setAtIndex(JAVA_LONG, 5, EXIT);
            return BpfProgram.load(
                    new BpfProgram.Spec(BpfProgram.XDP, code, "Apache-2.0", 0, BpfProgram.ATTACH_XDP, NAME));
        }
    }

    XdpMode mode() {
        return mode;
    }

    /** Frames of a queue go to a socket from now on. */
    void direct(int queue, XdpSocket socket) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            value.set(JAVA_INT, 0, socket.fd());
            sockets.update(key(arena, queue), value, BpfMap.ANY);
        }
    }

    /** Frames of a queue go to the kernel's stack from now on. */
    void undirect(int queue) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            sockets.delete(key(arena, queue));
        }
    }

    private static MemorySegment key(Arena arena, int queue) {
        MemorySegment key = arena.allocate(JAVA_INT);
        key.set(JAVA_INT, 0, queue);
        return key;
    }

    /** Number of the interface, 0 when it was deleted. */
    int interfaceIndex() throws LinuxException {
        return link.interfaceIndex();
    }

    @Override
    public void close() {
        link.close();
        program.close();
        sockets.close();
    }
}
