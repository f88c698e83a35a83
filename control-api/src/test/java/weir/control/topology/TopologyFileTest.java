// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;
import weir.control.program.MapSetting;
import weir.control.topology.SourceText.Format;
import weir.core.port.VlanMode;

class TopologyFileTest {
    private static final String HEAD = "apiVersion: weir/v1\nkind: Topology\n";
    private static final Path PROGRAMS = Path.of("../examples/programs");
    private static final Path TOPOLOGIES = Path.of("../examples/topologies");

    private static TopologyFile read(String text) throws TextErrors {
        return TopologyFile.parse(text.getBytes(StandardCharsets.UTF_8), Format.YAML, PROGRAMS);
    }

    private static List<String> faults(String text) {
        TextErrors errors = assertThrows(TextErrors.class, () -> read(text), text);
        return errors.faults().stream()
                .map(fault -> fault.in("f") + (fault.hint().isEmpty() ? "" : " | " + fault.hint()))
                .toList();
    }

    @Test
    void readsPortsInBothForms() throws Exception {
        Topology topology = read(HEAD + """
                        switches:
                          sw0:
                            workers: 2
                            ports:
                              a: memory:a
                              b:
                                spec: null:b
                                number: 7
                                vlan: trunk:10,20-22
                                link: delay:20ms
                            fdb:
                              - {mac: 02:00:00:00:00:01, port: b, vlan: 10}
                        """).topology();
        SwitchDefinition sw = topology.switches().get("sw0");
        assertEquals(2, sw.workers());
        assertEquals(PortDefinition.of("memory:a"), sw.ports().get("a"));
        assertEquals(VlanMode.parse("trunk:10,20-22"), sw.ports().get("b").vlan());
        assertEquals(7, sw.ports().get("b").number());
        assertEquals(1, sw.fdb().size());
    }

    @Test
    void objectFilesBecomeDigestsAndComeAlong() throws Exception {
        TopologyFile file = read(HEAD + """
                switches:
                  sw0:
                    program: {object: pkt_count.o}
                    ports:
                      a: {spec: memory:a, program: {object: ./pkt_count.o}}
                """);
        byte[] content = Files.readAllBytes(PROGRAMS.resolve("pkt_count.o"));
        SwitchDefinition sw = file.topology().switches().get("sw0");
        assertEquals(1, file.objects().size(), "one object, named twice");
        assertEquals(sw.program().object(), file.objects().keySet().iterator().next());
        assertEquals(sw.program(), sw.ports().get("a").program());
        assertTrue(
                java.util.Arrays.equals(content, file.objects().get(sw.program().object())));
    }

    @Test
    void theTopologyAsJsonIsReadAgain() throws Exception {
        Topology topology = read(HEAD + """
                        switches:
                          sw0:
                            wait: blocking
                            loop_guard: false
                            program: {object: pkt_count.o, on_fault: learn}
                            ports:
                              a: {spec: memory:a, vlan: access:10, hairpin: true, storm: "broadcast:10", link: loss:1%}
                            fdb: [{mac: 02:00:00:00:00:01, port: a, vlan: 10}]
                        """).topology();
        byte[] json = JsonMapper.shared().writeValueAsBytes(TopologyJson.of(topology));
        byte[] yaml = new YAMLMapper().writeValueAsBytes(TopologyJson.of(topology));
        assertEquals(topology, TopologyFile.parse(json, Format.JSON, PROGRAMS).topology());
        assertEquals(topology, TopologyFile.parse(yaml, Format.YAML, PROGRAMS).topology());
    }

    @Test
    void mapEntriesAreCheckedAgainstTheObject() throws Exception {
        assertEquals(
                List.of(new MapSetting("packets", "0", "5")),
                read(HEAD + "switches: {s: {program: {object: pkt_count.o, maps: {packets: {0: 5}}}}}")
                        .topology()
                        .switches()
                        .get("s")
                        .program()
                        .maps());
    }

    static Stream<List<String>> wrongTexts() {
        return Stream.of(
                List.of("", "f:1:1: the text is empty"),
                List.of("[]", "f:1:1: this is a list, not an object", "f:1:1: 'apiVersion'", "f:1:1: 'kind'"),
                List.of("kind: Topology\n", "f:1:1: 'apiVersion' is not weir/v1 | write apiVersion: weir/v1"),
                List.of(HEAD + "swiches: {}", "f:3:1: unknown field 'swiches' | did you mean 'switches'?"),
                List.of(
                        HEAD + "switches:\n  sw0:\n    prots: {}\n    wait: bussy\n    workers: 0\n",
                        "f:5:5: unknown field 'prots' | did you mean 'ports'?",
                        "f:6:5: 'wait' is 'bussy', none of busy, adaptive, blocking | did you mean 'busy'?",
                        "f:7:5: 'workers' is '0', not a whole number from 1 to 64"),
                List.of(HEAD + "switches:\n  a/b: {}\n", "f:4:3: 'a/b' is no name for a switch"),
                List.of(HEAD + "switches:\n  ..: {}\n", "f:4:3: '..' is no name for a switch"),
                List.of(
                        HEAD + "switches: {s: {ports: {a: tup:x, b: 5}}}",
                        "f:3:24: unknown port kind \"tup\"",
                        "f:3:34: a port is neither text nor an object"),
                List.of(
                        HEAD + "switches:\n  a: {}\n  a: {}\n",
                        "f:5:3: 'a' stands twice | it stands in line 4 already"),
                List.of(HEAD + "switches: &x {}\n", "f:3:11: anchors and aliases are not read"),
                List.of(HEAD + "switches: *x\n", "f:3:11: anchors and aliases are not read"),
                List.of(HEAD + "switches: !!map {}\n", "f:3:11: tags are not read"),
                List.of(HEAD + "switches:\n\t- a\n", "f:4:1: found character '\\t(TAB)'"),
                List.of(HEAD + "switches: {a: [\n", "f:4:1: "),
                List.of(HEAD + "---\nkind: X\n", "f:4:1: a second document begins here"),
                List.of(HEAD + "a: b: c\n", "f:3:5: mapping values are not allowed here"),
                List.of(HEAD + "a: \u0001\n", "f:3:4: character U+0001 is not allowed"),
                List.of(HEAD + "n".repeat(300) + ": 1\n", "f:3:1: a name of 300 characters | the most is 256"),
                List.of("[".repeat(40) + "]".repeat(40), "f:1:34: more than 32 objects and lists"),
                List.of(
                        HEAD + "switches: {s: {ports: {a: tap:x, b: tap:x}}}",
                        "f:3:34: 'tap:x' names the same port as /switches/s/ports/a"),
                List.of(
                        HEAD + "switches: {s: {ports: {a: tap:x}}, t: {ports: {b: tap:x}}}",
                        "f:3:48: 'tap:x' names the same port as /switches/s/ports/a"),
                List.of(
                        HEAD + "switches: {s: {ports: {a: {spec: null:x, number: 3}, b: {spec: null:y, number: 3}}}}",
                        "f:3:54: number 3 is that of port a"),
                List.of(
                        HEAD + "switches: {s: {ports: {web: tap:x}, fdb: [{mac: 02:00:00:00:00:01, port: wbe}]}}",
                        "f:3:68: no port 'wbe' on this switch | did you mean 'web'?"),
                List.of(
                        HEAD + "switches: {s: {ports: {a: null:x}, fdb: [{mac: 02:00:00:00:00:01, port: a},"
                                + " {mac: 02:00:00:00:00:01, port: a}]}}",
                        "f:3:77: 02:00:00:00:00:01 in VLAN 0 stands twice | entry 0 has it already"),
                List.of(HEAD + "switches: {s: {program: {object: gone.o}}}", "f:3:26: no file 'gone.o'"),
                List.of(
                        HEAD + "switches: {s: {program: {object: pkt_count.c}}}",
                        "f:3:26: file 'pkt_count.c' is no object"),
                List.of(
                        HEAD + "switches: {s: {program: {object: pkt_count.o, program: pkt_cuont}}}",
                        "f:3:47: the object has no program 'pkt_cuont'"),
                List.of(
                        HEAD + "switches: {s: {program: {object: pkt_count.o, maps: {cuonts: {0: 1}}}}}",
                        "f:3:63: no map 'cuonts' to set"),
                List.of(
                        HEAD + "switches: {s: {ports: {a: {spec: null:x, link: 'for:5m,loss:1%'}}}}",
                        "f:3:42: a link in a definition cannot end by itself"));
    }

    @ParameterizedTest
    @MethodSource("wrongTexts")
    void saysAllThatIsWrongWithLineAndColumn(List<String> textAndFaults) {
        List<String> expected = textAndFaults.subList(1, textAndFaults.size());
        List<String> found = faults(textAndFaults.getFirst());
        assertEquals(expected.size(), found.size(), () -> "faults: " + found);
        for (int i = 0; i < expected.size(); i++) {
            String wanted = expected.get(i);
            String said = found.get(i);
            assertTrue(said.startsWith(wanted), () -> "says " + said + ", not " + wanted);
        }
    }

    @Test
    void textsOverOneMebibyteAreRefused() {
        byte[] large = new byte[SourceText.MAX_BYTES + 1];
        java.util.Arrays.fill(large, (byte) '#');
        TextErrors errors = assertThrows(TextErrors.class, () -> TopologyFile.parse(large, Format.YAML, PROGRAMS));
        assertEquals("the text has 1048577 bytes", errors.faults().getFirst().cause());
    }

    @Test
    void bytesThatAreNoUtf8AreNamedWithTheirPlace() {
        byte[] text = (HEAD + "a: é").getBytes(StandardCharsets.ISO_8859_1);
        TextErrors errors = assertThrows(TextErrors.class, () -> TopologyFile.parse(text, Format.YAML, PROGRAMS));
        assertEquals("f:3:4: this is not UTF-8", errors.faults().getFirst().in("f"));
    }

    @Test
    void aByteOrderMarkIsNoText() throws Exception {
        assertEquals(Topology.EMPTY, read('\uFEFF' + HEAD).topology());
    }

    @ParameterizedTest
    @ValueSource(strings = {"home.yaml", "lab.yaml"})
    void theExamplesAreTopologies(String name, @TempDir Path unused) throws Exception {
        Topology topology = TopologyFile.read(TOPOLOGIES.resolve(name)).topology();
        assertEquals(List.of(), TopologyDiff.between(topology, topology, Map.of()));
        assertTrue(!topology.switches().isEmpty(), "it has a switch");
    }
}
