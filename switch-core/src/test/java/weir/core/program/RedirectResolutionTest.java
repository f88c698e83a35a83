// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.testing.HandDrivenSwitch;
import weir.ebpf.Engine;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;

/** A redirect is resolved when the helper is called, and what one batch said is gone in the next. */
class RedirectResolutionTest {
    private static final int ROOM_BYTES = 2048;
    private static final int HEADROOM_BYTES = 256;

    private static Stream<Engine> engines() {
        return Stream.of(Engine.interpreter(), Engine.jit(), Engine.jit().unchecked());
    }

    /** Runs a program on a batch of its own, beside the switch, and shows what it left. */
    private static void onBatch(Engine engine, BiConsumer<AttachedProgram, Frames> test) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c", "d");
                Arena arena = Arena.ofConfined()) {
            AttachedProgram program = Steered.load(
                    hand,
                    ProgramPlace.onSwitch(),
                    Steered.object("steered"),
                    Steered.options().withEngine(engine),
                    EbpfVerdictTest::fillMaps);
            test.accept(program, new Frames(program, arena));
        }
    }

    private record Frames(AttachedProgram program, Arena arena) {
        XdpBatch run(XdpBatch batch, byte[]... frames) {
            batch.clear();
            for (byte[] frame : frames) {
                MemorySegment room = arena.allocate(ROOM_BYTES, 64);
                room.asSlice(HEADROOM_BYTES).copyFrom(MemorySegment.ofArray(frame));
                long start = room.address();
                long data = start + HEADROOM_BYTES;
                batch.add(start, data, data + frame.length, start + ROOM_BYTES, 1, 0);
            }
            program.prepared().program().run(batch, 0);
            return batch;
        }
    }

    private static void assertRedirect(XdpBatch batch, int k, int port, long target, String map, long flags) {
        assertEquals(port, batch.redirectPorts()[k], "port of frame " + k);
        assertEquals(target, batch.target(k), "target of frame " + k);
        EbpfMap through = batch.targetMap(k);
        assertEquals(map, through == null ? "" : through.spec().name(), "map of frame " + k);
        assertEquals(flags, batch.redirectFlags(k), "flags of frame " + k);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void thePortIsInTheBatch(Engine engine) {
        onBatch(engine, (program, frames) -> {
            XdpBatch batch = frames.run(
                    new XdpBatch(8),
                    Steered.frame(Steered.REDIRECT, 3),
                    Steered.frame(Steered.REDIRECT_DEVMAP, 2),
                    Steered.frame(Steered.REDIRECT_DEVMAP_HASH, -4),
                    Steered.frame(Steered.REDIRECT_DEVMAP, 0, Steered.BROADCAST | Steered.EXCLUDE_INGRESS),
                    Steered.frame(Steered.RETURN, XdpAction.REDIRECT),
                    Steered.frame(Steered.REDIRECT_DEVMAP, 8, XdpAction.PASS),
                    Steered.frame(Steered.REDIRECT_CPUMAP, 0),
                    Steered.frame(Steered.REDIRECT, -1));
            assertRedirect(batch, 0, 3, 3, "", 0);
            assertRedirect(batch, 1, 2, 2, "devmap", 0);
            assertRedirect(batch, 2, 4, 0xffff_fffcL, "devmap_hash", 0);
            assertRedirect(batch, 3, XdpBatch.ELSEWHERE, 0, "devmap", Steered.BROADCAST | Steered.EXCLUDE_INGRESS);
            assertRedirect(batch, 4, XdpBatch.NO_REDIRECT, 0, "", 0);
            assertRedirect(batch, 5, XdpBatch.NO_REDIRECT, 0, "", 0);
            assertEquals(XdpAction.PASS, batch.actions()[5]);
            assertRedirect(batch, 6, XdpBatch.ELSEWHERE, 0, "cpumap", 0);
            assertRedirect(batch, 7, XdpBatch.ELSEWHERE, 0xffff_ffffL, "", 0);
        });
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatTheMapSaysLaterIsForLaterFrames(Engine engine) {
        onBatch(engine, (program, frames) -> {
            byte[][] both = {Steered.frame(Steered.REDIRECT_DEVMAP, 2), Steered.frame(Steered.REDIRECT_DEVMAP_HASH, 300)
            };
            XdpBatch batch = frames.run(new XdpBatch(2), both);
            assertEquals(0, program.setRedirect("devmap", 2, 4, ""));
            assertEquals(0, program.setRedirect("devmap_hash", 300, 1, "on_the_way_out"));
            assertRedirect(batch, 0, 2, 2, "devmap", 0);
            assertRedirect(batch, 1, 3, 300, "devmap_hash", 0);
            frames.run(batch, both);
            assertRedirect(batch, 0, 4, 2, "devmap", 0);
            assertRedirect(batch, 1, XdpBatch.ELSEWHERE, 300, "devmap_hash", 0);
            assertEquals(1, batch.entryPort(1));
            Object atEntry = batch.entryProgram(1);
            assertEquals(0, program.setRedirect("devmap_hash", 300, 2, ""));
            assertEquals(1, batch.entryPort(1));
            assertInstanceOf(PreparedProgram.class, atEntry);
            assertEquals(atEntry, batch.entryProgram(1));
            frames.run(batch, both);
            assertRedirect(batch, 1, 2, 300, "devmap_hash", 0);
        });
    }

    @ParameterizedTest
    @MethodSource("engines")
    void nothingIsLeftForTheNextBatch(Engine engine) {
        onBatch(engine, (program, frames) -> {
            XdpBatch batch = frames.run(
                    new XdpBatch(3),
                    Steered.frame(Steered.REDIRECT_DEVMAP, 2),
                    Steered.frame(Steered.SPIN, 1_000_000),
                    Steered.frame(Steered.REDIRECT_DEVMAP, 0, Steered.BROADCAST));
            assertNotNull(batch.fault(1));
            frames.run(
                    batch,
                    Steered.frame(Steered.RETURN, XdpAction.REDIRECT),
                    Steered.frame(Steered.RETURN, XdpAction.ABORTED),
                    Steered.frame(Steered.REDIRECT, 2));
            assertRedirect(batch, 0, XdpBatch.NO_REDIRECT, 0, "", 0);
            assertEquals(XdpBatch.NO_FAULT, batch.faults()[1]);
            assertNull(batch.fault(1));
            assertRedirect(batch, 2, 2, 2, "", 0);
        });
    }
}
