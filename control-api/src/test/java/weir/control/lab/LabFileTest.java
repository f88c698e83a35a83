// SPDX-License-Identifier: Apache-2.0

package weir.control.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.control.topology.SourceText;
import weir.control.topology.TextErrors;
import weir.core.fdb.MacAddress;
import weir.core.port.VlanMode;

/** What a lab makes of Compose files; their traffic is in {@code TopologiesTest}. */
class LabFileTest {
    private static final Path PROGRAMS = Path.of(System.getProperty("weir.root"), "examples", "programs");
    private static final String FILE = """
            services:
              web:
                image: ${IMAGE}
                command: sleep 60
                networks:
                  lan: {ipv4_address: 198.18.0.11}
              db:
                command: ["sleep", "60"]
                volumes: [data]
                networks: [lan, back]
            networks:
              lan:
                driver: weir
                driver_opts: {vlan: 10, mtu: 1400, loss: 1%}
                ipam: {config: [{subnet: 198.18.0.0/28}, {subnet: "2001:db8::/64"}]}
              back:
                driver: weir
                driver_opts: {mode: veth, gateway: docker}
                ipam: {driver: "null"}
            """;

    private static LabFile read(String text, Map<String, String> environment) throws TextErrors {
        return LabFile.parse(
                text.getBytes(StandardCharsets.UTF_8), SourceText.Format.YAML, "lab", PROGRAMS, environment);
    }

    private static LabFile read(String text) throws TextErrors {
        return read(text, Map.of());
    }

    private static List<String> nics(LabFile file, String service) {
        return station(file, service).nics().stream()
                .map(nic -> nic.name() + " " + nic.switchName() + ":" + nic.port() + " "
                        + MacAddress.toString(nic.mac()) + " " + nic.addresses())
                .toList();
    }

    @Test
    void servicesHaveAddressesPortsAndOptionsAsTheDriverWouldGiveThem() throws TextErrors {
        LabFile file = read(FILE);
        assertEquals("lab", file.name());
        assertEquals(
                List.of("eth0 lan:198.18.0.11 02:42:c6:12:00:0b [198.18.0.11/28, 2001:db8::2/64]"), nics(file, "web"));
        assertEquals(
                "eth0 lan:198.18.0.2 02:42:c6:12:00:02 [198.18.0.2/28, 2001:db8::3/64]",
                nics(file, "db").getFirst());
        assertTrue(
                nics(file, "db").getLast().startsWith("eth1 back:db 02:57:"),
                () -> nics(file, "db").getLast());
        LabFile.Nic lan = station(file, "db").nics().getFirst();
        assertEquals(new VlanMode.Access(10), lan.definition().vlan());
        assertEquals("1400 loss:1%", lan.mtuBytes() + " " + lan.definition().link());
        assertEquals(List.of("sleep", "60"), station(file, "db").command());
        assertEquals(List.of("sh", "-c", "exec sleep 60"), station(file, "web").command());
        assertEquals(Map.of("volumes", 1, "mode=veth", 1, "gateway=docker", 1), file.ignored());
    }

    private static LabFile.Station station(LabFile file, String service) {
        return Objects.requireNonNull(file.stations().get(service));
    }

    @Test
    void variablesAreFilledInAsComposeDoes() throws TextErrors {
        String text = """
                name: ${LAB:-other}
                x-weir: {switches: {$SW: {ports: {a: "null:${A-x}$$"}}}}
                """.replace("$SW", "sw");
        assertEquals("null:x$", port(read(text)));
        assertEquals("other", read(text).name());
        LabFile given = read(text, Map.of("LAB", "mine", "A", ""));
        assertEquals("mine null:$", given.name() + " " + port(given));
    }

    private static String port(LabFile file) {
        return file.switches()
                .values()
                .iterator()
                .next()
                .ports()
                .values()
                .iterator()
                .next()
                .spec();
    }

    @Test
    void programsComeWithTheFirstNetworkOfASwitchAndElseAreOnPorts() throws TextErrors {
        LabFile file = read("""
                services:
                  a: {networks: [one, two, three]}
                networks:
                  one: {driver: weir, driver_opts: {switch: sw, program: bridge.o}, ipam: {driver: "null"}}
                  two: {driver: weir, driver_opts: {switch: sw, program: acl.o}, ipam: {driver: "null"}}
                  three: {driver: weir, driver_opts: {switch: sw}, ipam: {driver: "null"}}
                """.replace("a: {networks: [one, two, three]}", """
                a: {networks: {one: {driver_opts: {port: p1}}, two: {driver_opts: {port: p2}}, three: {}}}"""));
        assertEquals(2, file.objects().size());
        String bridge = file.programs().get("sw");
        List<String> onPorts =
                station(file, "a").nics().stream().map(LabFile.Nic::program).toList();
        assertEquals("", onPorts.get(0));
        assertTrue(onPorts.get(1).startsWith("sha256:") && !onPorts.get(1).equals(bridge), onPorts::toString);
        assertEquals("", onPorts.get(2));
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("command: sleep 60", "comand: sleep 60", "4:5: unknown field 'comand'", "'command'"),
                Arguments.of("volumes: [data]", "volums: [data]", "9:5: unknown field 'volums'", "'volumes'"),
                Arguments.of("ipv4_address", "ipv4_adress", "6:13: unknown field 'ipv4_adress'", "'ipv4_address'"),
                Arguments.of("networks: [lan, back]", "networks: [lan, bak]", "10:5: no network 'bak'", "'back'"),
                Arguments.of("198.18.0.11}", "198.19.0.11}", "198.19.0.11 is in none of the network's subnets", ""),
                Arguments.of("198.18.0.11}", "198.18.0.999}", "'198.18.0.999' is no IPv4 or IPv6 address", ""),
                Arguments.of("198.18.0.11}", "198.18.0.1}", "6:13: 198.18.0.1 is taken", "each service its own"),
                Arguments.of(
                        "198.18.0.11}",
                        "198.18.0.11, mac_address: \"01:00:00:00:00:01\"}",
                        "no address of a station",
                        ""),
                Arguments.of("vlan: 10", "vlan: 5000", "14:5: option vlan: '5000' is no number", ""),
                Arguments.of("vlan: 10", "vlam: 10", "unknown option 'vlam'; did you mean 'vlan'", ""),
                Arguments.of("loss: 1%", "program: none.o", "no file 'none.o'", "folder"),
                Arguments.of(
                        "driver: weir", "driver: bridge", "13:5: network 'lan' is of driver 'bridge'", "driver: weir"),
                Arguments.of("{driver: \"null\"}", "{}", "network 'back' has no subnet", "ipam: {config"),
                Arguments.of("subnet: 198.18.0.0/28", "subnet: 198.18.0.0", "is no address with a prefix length", ""),
                Arguments.of(
                        "subnet: 198.18.0.0/28", "subnet: 198.18.0.0/28, ip_range: 198.18.1.0/29", "is no part of", ""),
                Arguments.of("subnet: 198.18.0.0/28", "subnet: 198.18.0.11/32", "no address is left", ""),
                Arguments.of("  web:", "  web/1:", "'web/1' is no name for a service", "letters"),
                Arguments.of("services:", "name: Lab\nservices:", "'Lab' is no name for a lab", "lower-case"),
                Arguments.of("services:", "x-weir: {switchs: {}}\nservices:", "unknown field 'switchs'", "'switches'"),
                Arguments.of(
                        "services:",
                        "x-weir: {switches: {s: {ports: {p: \"tab:x\"}}}}\nservices:",
                        "unknown port kind",
                        "tap"),
                Arguments.of(
                        "command: sleep 60",
                        "x-weir: {routes: {default: 198.19.0.1}}",
                        "no address of the service leads to",
                        ""),
                Arguments.of("services:", "x-a: [&a 1, *a]\nservices:", "anchors and aliases are not read", "in full"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void everyMistakeIsNamedWithItsPlaceAndWhatToWrite(String right, String wrong, String cause, String hint) {
        String text = FILE.replaceFirst(Pattern.quote(right), Matcher.quoteReplacement(wrong));
        TextErrors errors = assertThrows(TextErrors.class, () -> read(text));
        String told = errors.faults().stream()
                .map(fault -> fault.in("f") + " (" + fault.hint() + ")")
                .collect(Collectors.joining("\n"));
        assertTrue(
                errors.faults().stream()
                        .anyMatch(fault ->
                                fault.in("f").contains(cause) && fault.hint().contains(hint)),
                told);
    }
}
