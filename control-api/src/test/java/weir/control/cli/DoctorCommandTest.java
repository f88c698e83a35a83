// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import weir.control.run.PortSpecs;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

class DoctorCommandTest {
    private static final List<String> BEFORE_PORTS = List.of("linux", "cores");
    private static final List<String> AFTER_PORTS = List.of(
            "cap_net_admin",
            "cap_net_raw",
            "cap_bpf",
            "cap_sys_admin",
            "tun",
            "tun_offloads",
            "network_namespaces",
            "packet_socket",
            "xdp_socket",
            "xdp_program",
            "io_uring",
            "shared_memory",
            "epoll",
            "huge_pages",
            "memlock",
            "ip",
            "ping",
            "c_compiler",
            "docker");

    @Test
    @RequiresFeature(Feature.LINUX)
    void reportsEveryCheckByName() {
        JsonNode json = CommandRun.of("doctor", "-o", "json").succeeds().json();

        assertEquals(List.of("machine", "checks", "missing"), List.copyOf(json.propertyNames()));
        List<String> expected = new ArrayList<>(BEFORE_PORTS);
        PortSpecs.kinds().forEach(kind -> expected.add("port_" + kind.name()));
        expected.addAll(AFTER_PORTS);
        assertEquals(expected, List.copyOf(json.get("checks").propertyNames()));
        int missing = 0;
        for (JsonNode check : json.get("checks")) {
            assertEquals(List.of("ok", "detail", "needed_for", "remedy"), List.copyOf(check.propertyNames()));
            missing += check.get("ok").asBoolean() ? 0 : 1;
        }
        assertEquals(missing, json.get("missing").asInt());
    }

    @Test
    void givesARemedyForEachGapAndForNothingElse() {
        for (JsonNode check :
                CommandRun.of("doctor", "-o", "json").succeeds().json().get("checks")) {
            assertEquals(
                    check.get("ok").asBoolean(), check.get("remedy").asString().isEmpty(), check::toString);
        }
    }

    @Test
    @RequiresFeature({Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.PING, Feature.C_COMPILER})
    void findsWhatTheTestsOfThisMachineUse() {
        JsonNode checks =
                CommandRun.of("doctor", "-o", "json").succeeds().json().get("checks");

        for (String name : List.of(
                "linux",
                "port_tap",
                "port_memory",
                "cap_net_admin",
                "tun",
                "network_namespaces",
                "epoll",
                "ip",
                "ping")) {
            assertTrue(checks.get(name).get("ok").asBoolean(), checks.get(name)::toString);
        }
        assertTrue(checks.get("c_compiler").get("ok").asBoolean());
    }

    @Test
    @RequiresFeature(Feature.BPF_PROGRAMS)
    void findsWhatAfXdpPortsNeedWhereProgramsAreLoaded() {
        JsonNode checks =
                CommandRun.of("doctor", "-o", "json").succeeds().json().get("checks");

        for (String name : List.of("xdp_socket", "xdp_program")) {
            assertTrue(checks.get(name).get("ok").asBoolean(), checks.get(name)::toString);
        }
    }

    /** A kind that needs a privilege is tried, and not taken to work. */
    @Test
    @RequiresFeature(Feature.LINUX)
    void triesEachKindOfPortThatTakesPrivileges() {
        JsonNode checks =
                CommandRun.of("doctor", "-o", "json").succeeds().json().get("checks");

        assertEquals(
                checks.get("packet_socket").get("detail"),
                checks.get("port_packet").get("detail"));
        boolean xdp = checks.get("xdp_socket").get("ok").asBoolean()
                && checks.get("xdp_program").get("ok").asBoolean();
        assertEquals(xdp, checks.get("port_xdp").get("ok").asBoolean());
        assertNotEquals(
                checks.get("port_memory").get("detail"), checks.get("port_xdp").get("detail"));
    }

    @Test
    void failsForAGapOnlyWhenAskedTo() {
        int missing =
                CommandRun.of("doctor", "-o", "json").json().get("missing").asInt();

        assertEquals(missing == 0 ? 0 : 1, CommandRun.of("doctor", "--strict").exitCode());
        assertEquals(0, CommandRun.of("doctor").exitCode());
    }

    @Test
    void listsRemediesBelowTheTable() {
        String out = CommandRun.of("doctor").succeeds().out();

        assertTrue(out.contains("CHECK"), out);
        assertTrue(out.contains("port kinds that work here: ") && out.contains("memory"), out);
        assertTrue(out.contains("nothing is missing") || out.contains("missing; memory ports"), out);
    }
}
