// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.WideKind;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.program.SourceLine;
import weir.ebpf.program.Subprogram;
import weir.ebpf.testing.TestObjects;

/** What is read from each object of {@code src/test/ebpf}. */
class ObjectFileTest {
    /** Object, programs as name:section:type:attach, maps as name:type:key:value:entries:flags. */
    static Stream<Arguments> objects() {
        return Stream.of(
                Arguments.of("bridge", "bridge:xdp:XDP:DEVICE", "fdb:HASH:8:4:1024:0"),
                Arguments.of(
                        "devmap_redirect",
                        "devmap_redirect:xdp:XDP:DEVICE devmap_egress:xdp/devmap:XDP:DEVMAP",
                        "ports:DEVMAP:4:8:32:0"),
                Arguments.of("functions", "one:xdp:XDP:DEVICE two:xdp:XDP:DEVICE three:xdp/cpumap:XDP:CPUMAP", ""),
                Arguments.of(
                        "global_data",
                        "global_data:xdp:XDP:DEVICE",
                        ".data:ARRAY:4:24:1:1024 .rodata:ARRAY:4:13:1:1152 .data.hot:ARRAY:4:8:1:1024"
                                + " .bss:ARRAY:4:408:1:1024 .rodata.cst16:ARRAY:4:16:1:128 .rodata.str1.1:ARRAY:4:9:1:128"),
                Arguments.of("ipip", "ipip_encap:xdp:XDP:DEVICE ipip_decap:xdp:XDP:DEVICE", ""),
                Arguments.of(
                        "iproute2_maps",
                        "target:7/5:XDP:DEVICE entry:prog:XDP:DEVICE",
                        "inner:ARRAY:4:8:2:0 jumps:PROG_ARRAY:4:4:8:0 outer:ARRAY_OF_MAPS:4:4:4:0"),
                Arguments.of(
                        "legacy_maps",
                        "router:xdp_router_ipv4:XDP:DEVICE count:prog:XDP:DEVICE egress:xdp_devmap/egress:XDP:DEVMAP",
                        "rxcnt:PERCPU_ARRAY:4:8:256:0 routes:LPM_TRIE:8:4:50:1"),
                Arguments.of("loop_sum", "loop_sum:xdp:XDP:DEVICE loop_packet:xdp:XDP:DEVICE", ".bss:ARRAY:4:64:1:0"),
                Arguments.of("lpm_filter", "lpm_filter:xdp:XDP:DEVICE", "rules:LPM_TRIE:8:24:256:1"),
                Arguments.of(
                        "map_in_map",
                        "map_in_map:xdp:XDP:DEVICE",
                        "first:ARRAY:4:8:4:0 second:ARRAY:4:8:4:0 table:ARRAY_OF_MAPS:4:4:8:0"
                                + " events:PERF_EVENT_ARRAY:4:4:0:0 empty:HASH_OF_MAPS:4:4:16:0 bloom:BLOOM_FILTER:0:4:100:0"),
                Arguments.of("nat", "nat:xdp:XDP:DEVICE", "translations:HASH:4:4:64:0"),
                Arguments.of("no_symbols", "prog:prog:XDP:DEVICE", ""),
                Arguments.of(
                        "other_types",
                        "classify:tc:OTHER:DEVICE traced:tracepoint/sched/sched_switch:OTHER:DEVICE"
                                + " frags:xdp.frags/devmap:XDP:DEVMAP",
                        ""),
                Arguments.of("parser_counters", "parser_counters:xdp:XDP:DEVICE", "counters:PERCPU_ARRAY:4:16:6:0"),
                Arguments.of("parser_counters.v1", "parser_counters:xdp:XDP:DEVICE", "counters:PERCPU_ARRAY:4:16:6:0"),
                Arguments.of("parser_counters.v3", "parser_counters:xdp:XDP:DEVICE", "counters:PERCPU_ARRAY:4:16:6:0"),
                Arguments.of("parser_counters.v4", "parser_counters:xdp:XDP:DEVICE", "counters:PERCPU_ARRAY:4:16:6:0"),
                Arguments.of("port_knock", "port_knock:xdp:XDP:DEVICE", "progress:LRU_HASH:4:4:128:0"),
                Arguments.of(
                        "ringbuf_events",
                        "ringbuf_events:xdp.frags:XDP:DEVICE",
                        "events:RINGBUF:0:0:4096:0 .bss:ARRAY:4:8:1:1024"),
                Arguments.of("spin_lock", "limit:xdp:XDP:DEVICE", "buckets:ARRAY:4:24:8:0"),
                Arguments.of(
                        "tail_calls",
                        "second:xdp:XDP:DEVICE third:xdp:XDP:DEVICE first:xdp:XDP:DEVICE",
                        "chain:PROG_ARRAY:4:4:4:0 .bss:ARRAY:4:4:1:1024"),
                Arguments.of("text_only", "text_only:.text:XDP:DEVICE", ""),
                Arguments.of(
                        "vlan",
                        "vlan_push:xdp:XDP:DEVICE vlan_pop:xdp:XDP:DEVICE",
                        ".rodata:ARRAY:4:2:1:1152 .bss:ARRAY:4:16:1:1024 .data:ARRAY:4:8:1:0"));
    }

    @Test
    void findsTheSpinLockOfAValue() {
        assertEquals(
                0, TestObjects.parse("spin_lock").map("buckets").orElseThrow().spinLockOffset());
        assertEquals(
                MapSpec.NO_SPIN_LOCK,
                TestObjects.parse("bridge").maps().getFirst().spinLockOffset());
    }

    @ParameterizedTest
    @MethodSource("objects")
    void readsProgramsAndMaps(String name, String programs, String maps) {
        ObjectFile object = TestObjects.parse(name);
        assertEquals(
                programs,
                object.programs().stream()
                        .map(each ->
                                String.join(":", each.name(), each.section(), "" + each.type(), "" + each.attach()))
                        .collect(Collectors.joining(" ")));
        assertEquals(
                maps,
                object.maps().stream()
                        .map(each -> each.name() + ":" + each.type() + ":" + each.keyBytes() + ":" + each.valueBytes()
                                + ":" + each.maxEntries() + ":" + each.flags())
                        .collect(Collectors.joining(" ")));
        for (ProgramSpec program : object.programs()) {
            assertTrue(program.unresolved().isEmpty(), program.toString());
            assertEquals(object.license(), program.license());
        }
    }

    @Test
    void readsTheLicense() {
        assertEquals("Dual BSD/GPL", TestObjects.parse("lpm_filter").license());
        assertEquals("Proprietary", TestObjects.parse("other_types").license());
        assertEquals("", TestObjects.parse("text_only").license());
    }

    @Test
    void appendsTheSubprogramsThatAProgramReaches() {
        ObjectFile object = TestObjects.parse("functions");
        assertEquals(
                "one 0 true, global_sum 9 true, middle 13 false, leaf 22 false",
                subprograms(object.program("one").orElseThrow()));
        // Hidden functions are verified as static ones, as libbpf has it.
        assertEquals(
                "two 0 true, leaf 11 false, hidden_twice 14 false",
                subprograms(object.program("two").orElseThrow()));
        assertEquals("three 0 true", subprograms(object.program("three").orElseThrow()));
    }

    @ParameterizedTest
    @CsvSource({"functions", "functions.nodebug", "same_section", "text_only", "port_knock", "loop_sum", "no_symbols"})
    void callsLeadToBeginningsOfSubprograms(String name) {
        for (ProgramSpec program : TestObjects.parse(name).programs()) {
            List<Integer> starts =
                    program.subprograms().stream().map(Subprogram::slot).toList();
            List<Integer> targets = targets(program);
            assertTrue(starts.containsAll(targets), starts + " " + targets);
            // Everything that was appended is used.
            assertTrue(targets.containsAll(starts.subList(1, starts.size())), starts + " " + targets);
        }
    }

    private static List<Integer> targets(ProgramSpec program) {
        List<Integer> targets = new ArrayList<>();
        for (int slot = 0; slot < program.code().slots(); slot++) {
            switch (program.code().at(slot)) {
                case Instruction.Call call when call.kind() == CallKind.LOCAL -> targets.add(slot + 1 + call.target());
                case Instruction.LoadWide wide
                when wide.kind() == WideKind.FUNCTION -> targets.add(slot + 1 + wide.immediate());
                case null, default -> {}
            }
        }
        return targets;
    }

    private static String subprograms(ProgramSpec program) {
        return program.subprograms().stream()
                .map(each -> each.name() + " " + each.slot() + " " + each.isGlobal())
                .collect(Collectors.joining(", "));
    }

    @Test
    void carriesLinesAlongWithSubprograms() {
        ProgramSpec program = TestObjects.parse("functions").program("two").orElseThrow();
        SourceLine leaf = program.lineAt(12);
        assertEquals("./functions.c", leaf.file());
        assertEquals("    return a * 3;", leaf.text());
        assertEquals(7, leaf.line());
        assertEquals("    return a + a;", program.lineAt(15).text());
        assertTrue(
                program.lineAt(1).text().contains("hidden_twice(leaf("),
                program.lineAt(1).text());
        assertNull(TestObjects.parse("functions.nodebug")
                .program("two")
                .orElseThrow()
                .lineAt(1));
    }

    @Test
    void refersToMapsByIndexAndToDataByOffset() {
        ObjectFile object = TestObjects.parse("vlan");
        assertEquals(
                Set.of(".rodata 0", ".bss 0"),
                places(object, object.program("vlan_push").orElseThrow()));
        // popped stands behind pushed; untouched is in a section of its own.
        assertEquals(
                Set.of(".data 0", ".bss 8"),
                places(object, object.program("vlan_pop").orElseThrow()));
        Instruction.LoadWide map =
                wides(TestObjects.parse("bridge").programs().getFirst()).getFirst();
        assertEquals(new Instruction.LoadWide(map.dst(), WideKind.MAP_INDEX, 0, 0), map);
    }

    private static Set<String> places(ObjectFile object, ProgramSpec program) {
        return wides(program).stream()
                .filter(each -> each.kind() == WideKind.MAP_INDEX_VALUE)
                .map(each -> object.maps().get(each.immediate()).name() + " " + each.nextImmediate())
                .collect(Collectors.toSet());
    }

    private static List<Instruction.LoadWide> wides(ProgramSpec program) {
        return program.code().instructions().stream()
                .filter(Instruction.LoadWide.class::isInstance)
                .map(Instruction.LoadWide.class::cast)
                .toList();
    }

    @Test
    void readsGlobalDataAsItStands() {
        ObjectFile object = TestObjects.parse("global_data");
        assertEquals(
                List.of(data("dc05000077656972000000000000000001020300f9ffffff")),
                object.map(".data").orElseThrow().contents());
        assertEquals(
                List.of(data("8877665544332211")),
                object.map(".data.hot").orElseThrow().contents());
        assertEquals(List.of(), object.map(".bss").orElseThrow().contents());
        assertTrue(object.map(".rodata").orElseThrow().frozen());
        assertFalse(object.map(".data").orElseThrow().frozen());
    }

    private static MapSpec.Entry data(String hex) {
        return new MapSpec.Entry.Data(Bytes.of(HexFormat.of().parseHex(hex)));
    }

    @Test
    void readsWhatMapsHoldFromTheStart() {
        ObjectFile nested = TestObjects.parse("map_in_map");
        MapSpec table = nested.map("table").orElseThrow();
        assertEquals(List.of(new MapSpec.Entry.InnerMap(1, 0), new MapSpec.Entry.InnerMap(6, 1)), table.contents());
        assertEquals(MapType.ARRAY, table.inner().type());
        assertEquals(4, table.inner().maxEntries());
        MapSpec inner = nested.map("empty").orElseThrow().inner();
        assertEquals(
                "HASH 8 2 32 1",
                inner.type() + " " + inner.keyBytes() + " " + inner.valueBytes() + " " + inner.maxEntries() + " "
                        + inner.flags());
        assertEquals(3, nested.map("bloom").orElseThrow().extra());
        assertEquals(
                List.of(new MapSpec.Entry.Program(1, "second"), new MapSpec.Entry.Program(2, "third")),
                TestObjects.parse("tail_calls").map("chain").orElseThrow().contents());
        ObjectFile old = TestObjects.parse("iproute2_maps");
        assertEquals(
                List.of(new MapSpec.Entry.InnerMap(3, 0)),
                old.map("outer").orElseThrow().contents());
        assertEquals(
                List.of(new MapSpec.Entry.Program(5, "target")),
                old.map("jumps").orElseThrow().contents());
    }

    @Test
    void keepsWhoSharesAMapAndWhereItWantsItsMemory() {
        ObjectFile object = TestObjects.parse("pinned");
        MapSpec shared = object.map("shared").orElseThrow();
        MapSpec own = object.map("own").orElseThrow();
        assertEquals(MapSpec.Pinning.BY_NAME, shared.pinning());
        assertEquals(1, shared.numaNode());
        assertEquals(MapSpec.Pinning.NONE, own.pinning());
        assertEquals(MapSpec.NO_NUMA_NODE, own.numaNode());
        // PIN_GLOBAL_NS of iproute2.
        ObjectFile old = TestObjects.parse("iproute2_maps");
        assertEquals(MapSpec.Pinning.BY_NAME, old.map("jumps").orElseThrow().pinning());
        assertEquals(MapSpec.Pinning.NONE, old.map("inner").orElseThrow().pinning());
    }

    /** The kernel refuses two locks, and locks in other maps; libbpf makes such maps without types then. */
    @ParameterizedTest
    @CsvSource({
        "spin_lock, buckets, 0",
        "locks, nested, 12",
        "locks, two, -1",
        "locks, recent, -1",
        "locks, .bss.shared, 0"
    })
    void findsTheSpinLockOfValues(String object, String map, int offset) {
        assertEquals(offset, TestObjects.parse(object).map(map).orElseThrow().spinLockOffset());
    }

    @Test
    void readsTheSameWithAndWithoutDebugInformation() {
        for (String name : List.of("functions", "legacy_maps", "global_data")) {
            ObjectFile with = TestObjects.parse(name);
            ObjectFile without = TestObjects.parse(name + ".nodebug");
            assertTrue(without.btf().isEmpty());
            for (int i = 0; i < with.programs().size(); i++) {
                assertEquals(
                        with.programs().get(i).code(), without.programs().get(i).code(), name);
            }
        }
    }

    @Test
    void namesWhatIsNotInTheObject() {
        ObjectFile object = TestObjects.parse("externs");
        assertEquals(
                List.of(new ProgramSpec.Unresolved(
                        4,
                        "function \"bpf_xdp_metadata_rx_timestamp\": it is not in the object, and functions of the"
                                + " kernel are not supported")),
                object.program("timestamp").orElseThrow().unresolved());
        assertTrue(object.program("config")
                .orElseThrow()
                .unresolved()
                .getFirst()
                .what()
                .contains("\"CONFIG_HZ\""));
        assertEquals(List.of(), object.program("weak_config").orElseThrow().unresolved());
        assertTrue(object.program("variable")
                .orElseThrow()
                .unresolved()
                .getFirst()
                .what()
                .contains("\"some_variable\""));
        List<Instruction.LoadWide> weak = wides(object.program("weak").orElseThrow());
        assertTrue(weak.stream().allMatch(each -> each.kind() == WideKind.VALUE && each.value() == 0));
        assertEquals(ProgramType.XDP, object.programs().getFirst().type());
    }

    @Test
    void doesNotKeepTheCallersBytes() {
        byte[] bytes = TestObjects.bytes("global_data");
        try {
            ObjectFile object = ObjectFile.parse(bytes);
            String before = object.toString();
            Arrays.fill(bytes, (byte) 0);
            assertEquals(before, object.toString());
        } catch (ObjectFileException e) {
            throw new AssertionError(e);
        }
    }
}
