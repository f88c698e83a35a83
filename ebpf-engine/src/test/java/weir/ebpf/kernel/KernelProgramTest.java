// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import weir.ebpf.isa.Assembler;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.program.Subprogram;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The way to the kernel and back. */
@RequiresFeature(Feature.BPF_PROGRAMS)
class KernelProgramTest {
    private static final byte[] FRAME = new byte[20];

    private static ProgramSpec program(String text, Subprogram... functions) {
        return new ProgramSpec(
                "test",
                "xdp",
                ProgramType.XDP,
                ProgramSpec.Attach.DEVICE,
                Assembler.assemble(text),
                List.of(functions),
                List.of(),
                "GPL",
                List.of());
    }

    @Test
    void runSeesMetadataAndInterface() throws KernelProgram.Rejected {
        String text = """
                r2 = *(u32 *)(r1 +8)
                r3 = *(u32 *)(r1 +0)
                r0 = *(u32 *)(r1 +12)
                r4 = r2
                r4 += 4
                if r4 > r3 goto pc+2
                *(u8 *)(r2 +0) = 7
                r0 += 100
                exit
                """;
        byte[] data = new byte[24];
        try (KernelProgram program = KernelProgram.load(ProgramSpec.of("test", Assembler.assemble(text)), new int[0])) {
            KernelProgram.Run run = program.run(data, XdpMd.arriving(4, data.length, 1, 0));
            assertEquals(101, run.returnValue());
            assertEquals(7, run.data().at(0));
            assertEquals(new XdpMd(4, 24, 0, 1, 0), run.context());
            assertEquals(new KernelProgram.Run(0, 1, Bytes.of(FRAME), null), program.run(FRAME));
        }
    }

    @Test
    void refusalOfARunIsItsErrno() throws KernelProgram.Rejected {
        String text = "r0 = 2\nexit\n";
        try (KernelProgram program = KernelProgram.load(ProgramSpec.of("test", Assembler.assemble(text)), new int[0])) {
            assertEquals(-22, program.run(new byte[13]).errno());
            assertEquals(
                    -22,
                    program.run(FRAME, XdpMd.arriving(2, FRAME.length, 1, 0)).errno());
        }
    }

    @Test
    void rejectionCarriesTheLog() {
        KernelProgram.Rejected rejection = assertThrows(
                KernelProgram.Rejected.class,
                () -> KernelProgram.load(ProgramSpec.of("test", Assembler.assemble("exit\n")), new int[0]));
        assertTrue(rejection.getMessage().contains("R0 !read_ok"), rejection.getMessage());
        assertEquals(13, rejection.errno());
    }

    @Test
    void mapsAreFoundByIndex() throws KernelProgram.Rejected {
        MapSpec first = MapSpec.of("first", MapType.ARRAY, 4, 8, 1);
        MapSpec second = MapSpec.of("second", MapType.ARRAY, 4, 8, 1)
                .withContents(List.of(new MapSpec.Entry.Data(Bytes.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}))));
        ProgramSpec program = program("r1 = map[idx:1][0]+2\nr0 = *(u16 *)(r1 +0)\n*(u8 *)(r1 +0) = 9\nexit\n");
        try (KernelCollection loaded = KernelCollection.load(List.of(program), List.of(first, second), true)) {
            assertEquals(0x0403, loaded.main().run(FRAME).returnValue());
            assertEquals(
                    "0102090405060708",
                    loaded.maps().get(1).entries().getFirst().value().toString());
        }
    }

    @Test
    void globalFunctionsAndCallbacksHaveTypes() throws KernelProgram.Rejected {
        String text = """
                r1 = 3
                r2 = &f
                r3 = 0
                r4 = 0
                call 181
                r1 = r0
                r2 = 5
                call g
                exit
                f: r0 = 0
                exit
                g: r0 = r1
                r0 += r2
                exit
                """;
        ProgramSpec program = program(
                text,
                new Subprogram("test", 0, true, 0),
                new Subprogram("f", 10, false, 0),
                new Subprogram("g", 12, true, 0));
        try (KernelProgram loaded = KernelProgram.load(program, new int[0])) {
            assertEquals(8, loaded.run(FRAME).returnValue());
        }
    }
}
