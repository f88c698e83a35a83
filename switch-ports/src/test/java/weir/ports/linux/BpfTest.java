// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature(Feature.BPF_PROGRAMS)
class BpfTest {
    private static final int ARRAY = 2;
    private static final int HASH = 1;
    private static final long NEW_ONLY = 1;
    // struct bpf_insn as a little-endian long: code, registers, offset, immediate.
    private static final long RETURN_PASS = 0x00000002_0000_00_b7L;
    private static final long RETURN_REGISTER_5 = 0x00000000_0000_50_bfL;
    private static final long EXIT = 0x00000000_0000_00_95L;

    private final Arena arena = Arena.ofAuto();

    private MemorySegment word(int value) {
        MemorySegment word = arena.allocate(JAVA_INT);
        word.set(JAVA_INT, 0, value);
        return word;
    }

    private BpfProgram load(String name, long... instructions) throws LinuxException {
        MemorySegment code = arena.allocateFrom(JAVA_LONG, instructions);
        return BpfProgram.load(new BpfProgram.Spec(BpfProgram.XDP, code, "GPL", 0, BpfProgram.ATTACH_XDP, name));
    }

    @Test
    void mapKeepsWhatWasWrittenUntilItIsDeleted() throws LinuxException {
        try (BpfMap map = BpfMap.create(new BpfMap.Spec(HASH, 4, 4, 8, 0, "weir test/map of long name"))) {
            MemorySegment value = word(0);

            assertFalse(map.lookup(word(7), value));
            map.update(word(7), word(42), BpfMap.ANY);
            assertTrue(map.lookup(word(7), value));
            assertEquals(42, value.get(JAVA_INT, 0));
            LinuxException exists = assertThrows(LinuxException.class, () -> map.update(word(7), word(1), NEW_ONLY));
            assertEquals(Errno.EEXIST, exists.errno());
            assertTrue(map.delete(word(7)));
            assertFalse(map.delete(word(7)));
        }
    }

    @Test
    void mapThatTheKernelRefusesIsNamed() {
        LinuxException e =
                assertThrows(LinuxException.class, () -> BpfMap.create(new BpfMap.Spec(ARRAY, 3, 4, 8, 0, "three")));

        assertEquals("BPF_MAP_CREATE three: EINVAL (invalid argument)", e.getMessage());
    }

    @Test
    void programRunsOnAPacketInTheKernel() throws LinuxException {
        MemorySegment packet = arena.allocate(64);
        packet.set(JAVA_BYTE, 13, (byte) 9);
        MemorySegment out = arena.allocate(64);
        try (BpfProgram program = load("weir_pass", RETURN_PASS, EXIT)) {
            BpfProgram.TestRun run = program.run(packet, out, 10);

            assertEquals(2, run.result());
            assertEquals(64, run.outBytes());
            assertTrue(run.nanos() >= 0);
            assertEquals(-1, packet.mismatch(out));
        }
    }

    @Test
    void refusedProgramShowsWhatTheVerifierSaid() {
        LinuxException e = assertThrows(LinuxException.class, () -> load("weir_bad", RETURN_REGISTER_5, EXIT));

        assertEquals(Errno.EACCES, e.errno());
        assertEquals("BPF_PROG_LOAD weir_bad: EACCES (permission denied), kernel: R5 !read_ok", e.getMessage());
    }

    @Test
    @RequiresFeature(Feature.NETNS)
    void linkAttachesUntilItIsClosed() throws Exception {
        try (Netns netns = new Netns().silent();
                BpfProgram program = load("weir_pass", RETURN_PASS, EXIT)) {
            netns.ip("link", "add", "v0", "type", "veth", "peer", "name", "v1");
            for (BpfLink.XdpMode mode : BpfLink.XdpMode.values()) {
                NetworkNamespace.call(netns.path(), () -> attachAndDetach(netns, program, mode));
            }
        }
    }

    private static boolean attachAndDetach(Netns netns, BpfProgram program, BpfLink.XdpMode mode) throws Exception {
        int index;
        try (RouteSocket route = RouteSocket.open()) {
            index = java.util.Objects.requireNonNull(route.find("v0", RouteSocket.OWN_NAMESPACE))
                    .index();
        }
        String shown = mode == BpfLink.XdpMode.NATIVE ? "prog/xdp" : "xdpgeneric";
        try (BpfLink _ = BpfLink.attachXdp(program, index, mode)) {
            assertTrue(netns.ip("link", "show", "v0").contains(shown), shown);
            LinuxException busy = assertThrows(LinuxException.class, () -> BpfLink.attachXdp(program, index, mode));
            assertEquals(Errno.EBUSY, busy.errno());
        }
        assertFalse(netns.ip("link", "show", "v0").contains("xdp"));
        return true;
    }
}
