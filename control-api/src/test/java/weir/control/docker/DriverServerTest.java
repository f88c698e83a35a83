// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.control.http.AuditLines;
import weir.control.plane.ControlPlane;
import weir.control.plane.EventHub;
import weir.control.plane.ObjectStore;
import weir.control.plane.TopologyStore;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The protocol as Docker speaks it, up to where containers come. */
@RequiresFeature(Feature.LINUX)
class DriverServerTest {
    private static final String DONE = "{}";
    private static final String NETWORK = "a1".repeat(32);
    private static final String OTHER_NETWORK = "b2".repeat(32);
    private static final String ENDPOINT = "c3".repeat(32);
    private static final String SWITCH = "dk-a1a1a1a1a1a1";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @SuppressWarnings("NullAway.Init") // before each test
    private ControlPlane plane;

    @SuppressWarnings("NullAway.Init") // before each test
    private DriverServer server;

    @SuppressWarnings("NullAway.Init") // before each test
    private PluginClient docker;

    @BeforeEach
    void start() throws IOException {
        plane = new ControlPlane(
                new ObjectStore(Files.createDirectories(folder.resolve("objects"))),
                TopologyStore.NONE,
                new EventHub());
        server = listen();
        docker = new PluginClient(server.socket());
    }

    private DriverServer listen() throws IOException {
        return DriverServer.listen(plane, folder.resolve("plugins/weir.sock"), folder);
    }

    @AfterEach
    void stop() {
        server.close();
        plane.close();
    }

    private static String network(String id, String options) {
        return "{'NetworkID':'%s','Options':{'com.docker.network.enable_ipv6':false,'com.docker.network.generic':{%s}},"
                .formatted(id, options)
                .concat("'IPv4Data':[{'AddressSpace':'LocalDefault','Gateway':'198.18.10.1/24',")
                .concat("'Pool':'198.18.10.0/24'}],'IPv6Data':[]}")
                .replace('\'', '"');
    }

    private static String endpoint(String network, String id, String address, String mac) {
        return "{'NetworkID':'%s','EndpointID':'%s','Interface':{'Address':'%s','AddressIPv6':'','MacAddress':'%s'},"
                .formatted(network, id, address, mac)
                .concat("'Options':{'com.docker.network.endpoint.exposedports':[],'com.docker.network.portmap':[]}}")
                .replace('\'', '"');
    }

    private static String ids(String network, String endpoint) {
        return "{\"NetworkID\":\"" + network + "\",\"EndpointID\":\"" + endpoint + "\"}";
    }

    private void make(String id, String options) throws IOException {
        assertEquals(DONE, docker.driver("CreateNetwork", network(id, options)).toString());
    }

    private String error(String call, String body) throws IOException {
        return docker.driver(call, body).path("Err").asString("");
    }

    @Test
    void saysWhatItIs() throws IOException {
        assertEquals(
                "{\"Implements\":[\"NetworkDriver\"]}",
                docker.call("/Plugin.Activate", "").toString());
        assertEquals("local", docker.driver("GetCapabilities", "").path("Scope").asString(""));
        assertEquals(
                "local",
                docker.driver("GetCapabilities", "").path("ConnectivityScope").asString(""));
        for (String each : new String[] {
            "DiscoverNew",
            "DiscoverDelete",
            "ProgramExternalConnectivity",
            "RevokeExternalConnectivity",
            "AllocateNetwork",
            "FreeNetwork"
        }) {
            assertEquals(DONE, docker.driver(each, DONE).toString(), each);
        }
    }

    @Test
    void answersUnknownCallsAsDockerExpectsOfAnOldDriver() throws IOException {
        for (String path : new String[] {"/NetworkDriver.Fly", "/VolumeDriver.Create", "/", "/../etc/passwd"}) {
            String answer = docker.raw(path, new byte[0]);
            assertTrue(answer.startsWith("HTTP/1.1 404 ") && answer.endsWith("404 page not found"), answer);
        }
    }

    @Test
    void theSocketIsForItsOwnerAlone() throws IOException {
        assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(server.socket()));
    }

    @Test
    void aNetworkIsASwitchThatComesAndGoesWithIt() throws IOException {
        make(NETWORK, "");
        assertEquals(Set.of(SWITCH), plane.switches().keySet());

        make(NETWORK, ""); // again
        assertTrue(error("CreateNetwork", network(NETWORK, "\"mtu\":\"1400\"")).contains("with other options"));

        assertEquals(DONE, docker.driver("DeleteNetwork", ids(NETWORK, "")).toString());
        assertEquals(DONE, docker.driver("DeleteNetwork", ids(NETWORK, "")).toString());
        assertEquals(Set.of(), plane.switches().keySet());
    }

    @Test
    void changesHaveALineInTheAuditLogAndQuestionsNone() throws IOException {
        try (AuditLines lines = new AuditLines()) {
            docker.driver("GetCapabilities", "");
            make(NETWORK, "");
            error("CreateNetwork", network(OTHER_NETWORK, "'los':'1%'".replace('\'', '"')));
            error("Join", ids(NETWORK, ENDPOINT));
            error("DeleteNetwork", ids("x\\ny", ""));
            docker.driver("DeleteNetwork", ids(NETWORK, ""));

            assertEquals(
                    List.of(
                            "docker CreateNetwork network=" + NETWORK + " ok",
                            "docker CreateNetwork network=" + OTHER_NETWORK + " refused",
                            "docker Join network=" + NETWORK + " endpoint=" + ENDPOINT + " refused",
                            "docker DeleteNetwork network=x?y refused",
                            "docker DeleteNetwork network=" + NETWORK + " ok"),
                    lines.take());
        }
    }

    @Test
    void aSwitchThatNetworksShareGoesWithTheLast() throws IOException {
        make(NETWORK, "\"switch\":\"lab\",\"weir.vlan\":\"10\"");
        make(OTHER_NETWORK, "\"weir.switch\":\"lab\",\"vlan\":\"20\"");
        docker.driver("DeleteNetwork", ids(NETWORK, ""));
        assertEquals(Set.of("lab"), plane.switches().keySet());
        docker.driver("DeleteNetwork", ids(OTHER_NETWORK, ""));
        assertEquals(Set.of(), plane.switches().keySet());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'colour':'red'         | unknown option 'colour'; options are burst, corrupt, delay,",
                "'los':'1%'             | unknown option 'los'; did you mean 'loss'",
                "'weir.nope':''         | unknown option 'nope'",
                "'mtu':'1','weir.mtu':'1' | option mtu stands twice",
                "'mtu':'67'             | option mtu: '67' is no number from 68 to 65521",
                "'mtu':'9999999999999'  | is no number",
                "'mtu':'-1'             | is no number",
                "'vlan':'0'             | option vlan: '0' is no number from 1 to 4094",
                "'vlan':'4095'          | is no number",
                "'mode':'TAP'           | option mode: 'TAP' is neither tap nor veth",
                "'switch':''            | option switch: '' is no name",
                "'switch':'../x'        | is no name",
                "'switch':'sixteen-letters-'  | is no name",
                "'loss':'200%'          | link: ",
                "'loss':'1%,down'       | option loss: '1%,down' is more than one value",
                "'link':'loss:1%','delay':'1ms' | leave out delay",
                "'link':'loss:1%,for:5m' | cannot end by itself",
                "'program':'bridge.o'   | is no absolute path of a file",
                "'program':'/dev/zero'  | is no absolute path of a file",
                "'program':'/nowhere.o' | is no absolute path of a file",
                "'program':'sha256:0'   | is no object",
                "'switch':7             | option 'switch' is no text",
            })
    void namesEveryMistakeInOptionsAndMakesNothing(String options, String expected) throws IOException {
        String told = error("CreateNetwork", network(NETWORK, options.replace('\'', '"')));

        assertTrue(told.startsWith("weir: ") && told.contains(expected), told);
        assertEquals(Set.of(), plane.switches().keySet());
        make(NETWORK, ""); // it is not half there
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CreateNetwork    | {}                                      | NetworkID '' is no id",
                "CreateNetwork    | []                                      | is no JSON object",
                "CreateNetwork    | {                                       | is no JSON",
                "CreateNetwork    | {'NetworkID':7}                         | NetworkID is no text",
                "CreateNetwork    | {'NetworkID':'../../etc/passwd'}        | is no id",
                "DeleteNetwork    | {'NetworkID':''}                        | is no id",
                "CreateEndpoint   | {'NetworkID':'0123456789ab','EndpointID':'0123456789ab'} | no network 0123456789ab",
                "EndpointOperInfo | {'NetworkID':'0123456789ab','EndpointID':'0123456789ab'} | no network 0123456789ab",
                "Join             | {'NetworkID':'0123456789ab','EndpointID':'0123456789ab'} | SandboxKey ''",
            })
    void refusesRequestsThatMakeNoSense(String call, String body, String expected) throws IOException {
        String told = error(call, body.replace('\'', '"'));
        assertTrue(told.contains(expected), told);
    }

    @Test
    void refusesBodiesTooLargeOrTooDeep() throws IOException {
        String large = docker.raw("/NetworkDriver.CreateNetwork", new byte[2 << 20]);
        assertTrue(large.startsWith("HTTP/1.1 413 "), large);
        assertTrue(error("CreateNetwork", "{\"a\":".repeat(1000)).contains("is no JSON"));
        make(NETWORK, "");
    }

    @Test
    void anEndpointHasAnAddressThatFollowsFromItsIpUnlessDockerHasOne() throws IOException {
        make(NETWORK, "");
        String first = endpoint(NETWORK, ENDPOINT, "198.18.10.11/24", "");
        String expected = "{\"Interface\":{\"MacAddress\":\"02:42:c6:12:0a:0b\"}}";
        assertEquals(expected, docker.driver("CreateEndpoint", first).toString());
        assertEquals(expected, docker.driver("CreateEndpoint", first).toString()); // again

        String given = endpoint(NETWORK, "d4".repeat(32), "198.18.10.12/24", "02:00:00:00:00:AA");
        assertEquals(
                "{\"Interface\":{}}", docker.driver("CreateEndpoint", given).toString());

        String bare = endpoint(NETWORK, "e5".repeat(32), "", "");
        String mac = docker.driver("CreateEndpoint", bare)
                .at("/Interface/MacAddress")
                .asString("");
        assertTrue(mac.matches("02:57(:[0-9a-f]{2}){4}"), mac);
        assertEquals(
                "198.18.10.11",
                docker.driver("EndpointOperInfo", ids(NETWORK, ENDPOINT))
                        .at("/Value/weir.port")
                        .asString(""));
    }

    @ParameterizedTest
    @CsvSource({
        "198.18.10.11, '', is no address with its prefix",
        "198.18.10.256/24, '', is no IPv4 address",
        "2001:db8::1/64, '', is no IPv4 address",
        "'198.18.10.11/24', 01:00:00:00:00:01, is no MAC address of a station",
        "'198.18.10.11/24', 00:00:00:00:00:00, is no MAC address of a station",
        "'198.18.10.11/24', zz, is no MAC address",
    })
    void refusesAddressesThatAreNone(String address, String mac, String expected) throws IOException {
        make(NETWORK, "");
        String told = error("CreateEndpoint", endpoint(NETWORK, ENDPOINT, address, mac));
        assertTrue(told.contains(expected), told);
    }

    @Test
    void refusesToJoinWhatItDoesNotKnowAndForgivesLeavingIt() throws IOException {
        make(NETWORK, "");
        String join = ids(NETWORK, ENDPOINT).replace("}", ",\"SandboxKey\":\"/run/docker/netns/0123456789ab\"}");
        assertTrue(error("Join", join).contains("no endpoint c3c3c3c3c3c3 on network a1a1a1a1a1a1"));
        assertTrue(error("Join", join.replace("netns", "..")).contains("is no path of a network namespace"));
        assertTrue(error("Join", join.replace("netns", "?a=b&c")).contains("is no path of a network namespace"));
        assertEquals(DONE, docker.driver("Leave", ids(NETWORK, ENDPOINT)).toString());
        assertEquals(
                DONE, docker.driver("DeleteNetwork", ids(OTHER_NETWORK, "")).toString());
    }

    @Test
    void knowsItsNetworksAfterARestart() throws IOException {
        make(NETWORK, "\"mtu\":\"1400\"");
        docker.driver("CreateEndpoint", endpoint(NETWORK, ENDPOINT, "198.18.10.11/24", ""));
        server.close();
        plane.close();
        plane = new ControlPlane(new ObjectStore(folder.resolve("objects")), TopologyStore.NONE, new EventHub());
        server = listen();

        assertEquals(Set.of(SWITCH), plane.switches().keySet());
        make(NETWORK, "\"mtu\":\"1400\"");
        assertEquals(
                SWITCH,
                docker.driver("EndpointOperInfo", ids(NETWORK, ENDPOINT))
                        .at("/Value/weir.switch")
                        .asString(""));
    }

    @Test
    void refusesToStartWithAStateThatIsDamagedOrASocketThatIsServed() throws IOException {
        IOException served = assertThrows(IOException.class, this::listen);
        assertTrue(String.valueOf(served.getMessage()).endsWith("is served by another process"));

        server.close();
        Files.writeString(folder.resolve("docker.json"), "{\"version\":1,\"networks\":");
        IOException damaged = assertThrows(IOException.class, this::listen);
        assertTrue(String.valueOf(damaged.getMessage()).contains("docker.json is damaged"), damaged.getMessage());
        Files.writeString(folder.resolve("docker.json"), "{\"version\":2}");
        IOException newer = assertThrows(IOException.class, this::listen);
        assertTrue(String.valueOf(newer.getMessage()).contains("not of version 1"), newer.getMessage());
        Files.delete(folder.resolve("docker.json"));
        server = listen();
    }
}
