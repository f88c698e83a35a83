// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.ebpf.isa.Encoder;
import weir.ebpf.isa.Instruction;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.program.Subprogram;
import weir.ebpf.testing.ObjectBuilder;
import weir.ebpf.testing.TestObjects;
import weir.ebpf.xdp.ValeVerdict;

/** Object files for VALE-BPF: what tells them from others, and what is in them. */
class ValeObjectTest {
    private static final int NAME_BYTES = 64;
    private static final int RECORD_BYTES = 80;
    private static final byte[] EXIT = Encoder.encode(new Instruction.Exit());

    @ParameterizedTest
    @ValueSource(strings = {"vale", "vale.nodebug"})
    void holdTheProgramAtTheStartOfText(String name) {
        ObjectFile object = TestObjects.parse(name);
        assertEquals(1, object.programs().size());
        ProgramSpec program = object.programs().getFirst();
        assertEquals("vale", program.name());
        assertEquals(ProgramType.VALE, program.type());
        assertEquals(".text", program.section());
        assertEquals(
                List.of("vale", "count"),
                program.subprograms().stream().map(Subprogram::name).toList());
        assertEquals(
                List.of(
                        MapSpec.of("limits", MapType.ARRAY, 4, 4, 4),
                        MapSpec.of("frames", MapType.PERCPU_ARRAY, 4, 8, 1),
                        MapSpec.of("flows", MapType.HASH, 12, 8, 64),
                        MapSpec.of("last", MapType.PERCPU_HASH, 4, 8, 8)),
                object.maps());
    }

    @ParameterizedTest
    @ValueSource(strings = {"vale", "vale.nodebug"})
    void runUnderEachEngine(String name) throws LoadException {
        for (Engine engine :
                List.of(Engine.interpreter(), Engine.jit(), Engine.jit().unchecked())) {
            LoadOptions options =
                    LoadOptions.on(new DeterministicHost(1)).onlyVerified().under(engine);
            try (LoadedObject object = LoadedObject.load(TestObjects.parse(name), options)) {
                EbpfProgram program = object.program("vale").orElseThrow();
                object.warmUp(Duration.ofMillis(20)); // on maps of its own: the counts below begin at 0
                TestRun frame = new TestRun(Bytes.of(new byte[64]), 0, 6, 250, 1, 0);
                assertOutcome(7, 251, frame.run(program));
                assertOutcome(7, 252, frame.run(program));
                assertOutcome(ValeVerdict.BROADCAST, 250, frame.run(program));
                assertOutcome(7, 251, frame.run(program));
                assertEquals(
                        "0300000000000000",
                        object.map("frames")
                                .orElseThrow()
                                .control()
                                .entries()
                                .getFirst()
                                .value()
                                .toString());
            }
        }
    }

    private static void assertOutcome(int action, int ring, TestRun.Result result) {
        assertNull(result.fault());
        assertEquals(action, result.action());
        assertEquals(ring, result.queue());
    }

    /** Without maps the type of the parameter says it, without types the maps do. */
    @Test
    void areToldByTheirParameterOrTheirMaps() throws ObjectFileException {
        assertEquals(ProgramType.VALE, typeOf(ObjectFile.parse(TestObjects.valeExampleBytes("nologic"))));
        assertEquals(ProgramType.VALE, typeOf(TestObjects.parse("vale.nodebug")));
        assertEquals(ProgramType.XDP, typeOf(TestObjects.parse("text_only")));
        assertEquals(ProgramType.XDP, typeOf(ObjectFile.parse(textOnly())));
        assertEquals(ProgramType.VALE, typeOf(ObjectFile.parse(textOnly(), ProgramType.VALE)));
        assertEquals(ProgramType.XDP, typeOf(ObjectFile.parse(TestObjects.bytes("vale"), ProgramType.XDP)));
    }

    private static ProgramType typeOf(ObjectFile object) {
        return object.programs().getFirst().type();
    }

    private static byte[] textOnly() {
        ObjectBuilder builder = new ObjectBuilder();
        builder.function("f", builder.section(".text", ObjectBuilder.CODE, EXIT), 0, 8);
        return builder.build();
    }

    @Test
    void haveTheirCodeInText() {
        assertEquals(
                "the object has no code in section \".text\", where a VALE-BPF program is; leave section attributes of"
                        + " the function away",
                assertThrows(
                                ObjectFileException.class,
                                () -> ObjectFile.parse(TestObjects.bytes("bridge"), ProgramType.VALE))
                        .getMessage());
    }

    @Test
    void haveAProgramWhereTextBegins() {
        ObjectBuilder builder = new ObjectBuilder();
        int text = builder.section(
                ".text", ObjectBuilder.CODE, new byte[] {EXIT[0], 0, 0, 0, 0, 0, 0, 0, EXIT[0], 0, 0, 0, 0, 0, 0, 0});
        builder.function("f", text, 8, 8);
        ObjectFileException refused =
                assertThrows(ObjectFileException.class, () -> ObjectFile.parse(builder.build(), ProgramType.VALE));
        assertEquals(
                "section \".text\" offset 0x0: no function begins here, where a VALE-BPF program does",
                refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"array,ARRAY", "percpu_array,PERCPU_ARRAY", "hashtable,HASH", "percpu_hashtable,PERCPU_HASH"})
    void nameTheTypesOfMaps(String name, MapType type) throws ObjectFileException {
        ObjectFile object = ObjectFile.parse(withMap(record(name, 4, 8, 2, 0)));
        assertEquals(List.of(MapSpec.of("m", type, 4, 8, 2)), object.maps());
        assertEquals(ProgramType.VALE, typeOf(object));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            progarray        | 0x0 | map "m" has type "progarray", which is not supported; supported are array, percpu_array, hashtable, percpu_hashtable
            ARRAY            | 0x0 | map "m" has type "ARRAY", which is not supported; supported are array, percpu_array, hashtable, percpu_hashtable
            """)
    void namesAnUnknownTypeAndThoseThereAre(String type, String at, String message) {
        assertEquals("section \"maps\" offset " + at + ": " + message, refusal(record(type, 4, 8, 2, 0)));
    }

    @Test
    void refusesWhatARecordMayNotHold() {
        assertEquals(
                "section \"maps\" offset 0x4c: map \"m\" has the flags 0x1; maps with the name of their type have none",
                refusal(record("array", 4, 8, 2, 1)));
        assertEquals(
                "section \"maps\" offset 0x40: map \"m\" has 4294967295 as a size, at most 2147483647 is supported",
                refusal(record("array", -1, 8, 2, 0)));
        String endless = "a".repeat(NAME_BYTES);
        assertTrue(refusal(record(endless, 4, 8, 2, 0)).contains("has type \"" + endless), endless);
    }

    /** A record that is cut has no name, and is one of numbers. */
    @Test
    void refusesACutRecord() {
        byte[] cut = new byte[RECORD_BYTES - 8];
        System.arraycopy(record("array", 4, 8, 2, 0), 0, cut, 0, cut.length);
        assertTrue(refusal(cut).startsWith("section \"maps\" offset 0x0: map \"m\" has type 1634890337, which"));
    }

    @Test
    void refusesAMapOutsideItsSection() {
        ObjectBuilder builder = new ObjectBuilder();
        builder.function("f", builder.section(".text", ObjectBuilder.CODE, EXIT), 0, 8);
        int maps = builder.section("maps", ObjectBuilder.DATA, record("array", 4, 8, 2, 0));
        builder.variable("m", maps, 8, RECORD_BYTES);
        assertTrue(assertThrows(ObjectFileException.class, () -> ObjectFile.parse(builder.build()))
                .getMessage()
                .startsWith("section \"maps\" offset 0x8: "));
    }

    /** Whoever makes the map says which sizes there are: keys of arrays have four bytes. */
    @Test
    void refusesAMapThatCannotBeWhenItIsLoaded() throws ObjectFileException {
        ObjectFile object = ObjectFile.parse(withMap(record("array", 8, 8, 2, 0)));
        LoadException refused = assertThrows(
                LoadException.class, () -> LoadedObject.load(object, LoadOptions.on(new DeterministicHost(1))));
        assertTrue(
                String.valueOf(refused.getMessage()).startsWith("map 'm': key_size must be 4"), refused.getMessage());
    }

    private static String refusal(byte[] record) {
        return String.valueOf(assertThrows(ObjectFileException.class, () -> ObjectFile.parse(withMap(record)))
                .getMessage());
    }

    private static byte[] withMap(byte[] record) {
        ObjectBuilder builder = new ObjectBuilder();
        builder.function("f", builder.section(".text", ObjectBuilder.CODE, EXIT), 0, 8);
        int maps = builder.section("maps", ObjectBuilder.DATA, record);
        builder.variable("m", maps, 0, record.length);
        return builder.build();
    }

    private static byte[] record(String type, int keyBytes, int valueBytes, int entries, int flags) {
        ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        record.put(type.getBytes(StandardCharsets.ISO_8859_1)).position(NAME_BYTES);
        record.putInt(keyBytes).putInt(valueBytes).putInt(entries).putInt(flags);
        return record.array();
    }

    /** Signatures of global functions know the context by its name. */
    @Test
    void handTheContextOnToGlobalFunctions() {
        ProgramSpec program = TestObjects.parse("vale").programs().getFirst();
        assertEquals(
                Map.of("count", true),
                Map.of(
                        program.subprograms().get(1).name(),
                        program.subprograms().get(1).isGlobal()));
        assertEquals(1, program.subprograms().get(1).signature().parameters().size());
    }
}
