// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** A daemon of a user without rights, with two capabilities, with none, and as root of a user namespace only. */
@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.PING})
@Timeout(300)
class PrivilegesTest {
    private static final String USER = "65534";
    /** Some machines keep the device to root. */
    private static final String WITH_TUN_FOR_ALL = """
            mount -t tmpfs -o mode=0755 none /dev/net
            mknod -m 666 /dev/net/tun c 10 200
            exec "$@"
            """;

    private static final List<String> AS_USER = List.of(
            "unshare",
            "--mount",
            "sh",
            "-c",
            WITH_TUN_FOR_ALL,
            "sh",
            "setpriv",
            "--reuid=" + USER,
            "--regid=" + USER,
            "--clear-groups",
            "--no-new-privs");

    private static final String NEEDS_BPF = "run as root, or with CAP_BPF and CAP_NET_ADMIN";

    /** Two hosts in namespaces of their own, which tell their process ids; then what follows on the command line. */
    private static final String WITH_TWO_HOSTS = """
            hosts=$1 config=$2
            shift 2
            for i in 1 2; do
                unshare --net setpriv --pdeathsig KILL sleep 290 &
                until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
                echo $! >> "$hosts"
                sed -i "s|HOST$i|/proc/$!/ns/net|" "$config"
            done
            ip link add v0 type veth peer name v1
            ip link set v0 up
            exec "$@"
            """;

    /** Of the build; its folders may be closed to other users. */
    @TempDir
    private static Path classes;

    private static String classPath = "";

    @TempDir
    private Path folder;

    private final Netns home = new Netns().silent();
    private final Netns left = new Netns();
    private final Netns right = new Netns();

    @BeforeAll
    static void copyClasses() throws IOException {
        List<String> copies = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (!entry.isEmpty() && Files.exists(Path.of(entry))) {
                String suffix = Files.isDirectory(Path.of(entry)) ? "" : ".jar";
                String copy = classes.resolve(copies.size() + suffix).toString();
                Netns.exec("cp", "-r", entry, copy);
                copies.add(copy);
            }
        }
        Netns.exec("chmod", "-R", "a+rX", classes.toString());
        classPath = String.join(File.pathSeparator, copies);
    }

    private static void open(Path folder, String permissions) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
    }

    @BeforeEach
    void giveFolderToUser() throws IOException {
        open(folder, "rwx------");
        Netns.exec("chown", USER + ":" + USER, folder.toString());
    }

    @AfterEach
    void removeNamespaces() {
        List.of(home, left, right).forEach(Netns::close);
    }

    private Path topology(String... ports) throws IOException {
        StringBuilder text = new StringBuilder("apiVersion: weir/v1\nkind: Topology\nswitches:\n  lan:\n    ports:\n");
        for (String port : ports) {
            text.append("      ").append(port).append('\n');
        }
        Path file = Files.writeString(folder.resolve("topology.yaml"), text);
        Netns.exec("chown", USER, file.toString());
        return file;
    }

    private WeirProcess daemon(List<String> behind, Path config) {
        String state = folder.resolve("state").toString();
        return weir(behind, "daemon", "--socket", socket(), "--state", state, "--config", config.toString());
    }

    private String socket() {
        return folder.resolve("s").toString();
    }

    private static WeirProcess weir(List<String> behind, String... args) {
        List<String> command = new ArrayList<>(behind);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                classPath,
                "weir.control.Main"));
        command.addAll(List.of(args));
        return WeirProcess.exec(command);
    }

    private List<String> inside(Netns namespace, List<String> more) {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace.name()));
        command.addAll(AS_USER);
        command.addAll(more);
        return command;
    }

    /** What cannot be attached, as the user sees it. */
    private void assertRefused(String spec, String cause, String hint) throws InterruptedException {
        try (WeirProcess attach = weir(AS_USER, "port", "attach", "lan", spec, "--socket", socket())) {
            assertEquals(1, attach.exitCode(), attach::err);
            assertTrue(attach.err().contains(cause), attach::err);
            assertTrue(attach.err().contains("hint: " + hint), attach::err);
        }
    }

    private static void assertEndsWell(WeirProcess daemon) throws InterruptedException {
        daemon.signal("TERM");
        assertEquals(0, daemon.exitCode(), daemon::err);
    }

    @Test
    void withNetAdminAndNetRawItServesTapsOfOtherNamespacesAndInterfacesOfItsOwn() throws Exception {
        addVeth("v0", right, "h0");
        addVeth("spare", left, "spare");
        right.ip("addr", "add", "198.18.68.2/24", "dev", "h0");
        String two = "-all,+net_admin,+net_raw";
        List<String> behind =
                inside(home, List.of("--bounding-set=" + two, "--inh-caps=" + two, "--ambient-caps=" + two));
        Path config = topology("left: 'tap:h0?netns=" + left.path() + "'", "right: packet:v0");
        try (WeirProcess daemon = daemon(behind, config).awaitText("ready: ")) {
            left.ip("addr", "add", "198.18.68.1/24", "dev", "h0");
            Pings.areAnswered(left::run, "198.18.68.2");
            assertRefused(
                    "packet:h0?netns=" + right.path(),
                    "setns",
                    "run as root or with CAP_SYS_ADMIN, or start weir inside that namespace");
            assertRefused("xdp:spare", "EPERM (operation not permitted)", NEEDS_BPF);
            assertEndsWell(daemon);
        }
    }

    /** A veth whose end here is up, and the other one in a host's namespace. */
    private void addVeth(String name, Netns host, String there) {
        home.ip("link", "add", name, "type", "veth", "peer", "name", there, "netns", host.name());
        home.ip("link", "set", name, "up");
        host.ip("link", "set", there, "up");
    }

    @Test
    void withoutCapabilitiesItServesTapsThatRootMadeForItsUser() throws Exception {
        bridge("t1", left, "198.18.69.1/24");
        bridge("t2", right, "198.18.69.2/24");
        List<String> behind = inside(home, List.of("--bounding-set=-all", "--inh-caps=-all"));
        try (WeirProcess daemon = daemon(behind, topology("a: tap:t1", "b: tap:new"))) {
            assertEquals(1, daemon.exitCode(), daemon::err);
            assertTrue(daemon.err().contains("cannot open tap:new: "), daemon::err);
            assertTrue(daemon.err().contains("hint: run as root or with CAP_NET_ADMIN"), daemon::err);
            assertTrue(daemon.err().contains("ip tuntap add dev NAME mode tap user USER"), daemon::err);
        }
        try (WeirProcess daemon =
                daemon(behind, topology("a: tap:t1", "b: tap:t2")).awaitText("ready: ")) {
            Pings.areAnswered(left::run, "198.18.69.2");
            assertRefused("packet:b1", "EPERM (operation not permitted)", "run as root or with CAP_NET_RAW");
            assertEndsWell(daemon);
        }
        assertTrue(home.ip("-o", "link").contains("t1:"), "what root made stays");
    }

    /** A TAP of the user's, bridged to a host: as people connect machines to a switch that may do nothing. */
    private void bridge(String tap, Netns host, String address) {
        String number = tap.substring(1);
        home.ip("tuntap", "add", "dev", tap, "mode", "tap", "user", USER);
        addVeth("b" + number, host, "h0");
        home.ip("link", "add", "br" + number, "type", "bridge");
        for (String link : List.of(tap, "b" + number)) {
            home.ip("link", "set", link, "master", "br" + number, "up");
        }
        home.ip("link", "set", "br" + number, "up");
        host.ip("addr", "add", address, "dev", "h0");
    }

    @Test
    @RequiresFeature(Feature.USER_NAMESPACES)
    void asRootOfAUserNamespaceItServesNamespacesOfItsOwn() throws Exception {
        Path hosts = folder.resolve("hosts");
        Path config = topology("a: 'tap:h0?netns=HOST1'", "b: 'tap:h0?netns=HOST2'");
        List<String> behind = new ArrayList<>(AS_USER);
        behind.addAll(List.of("unshare", "--user", "--map-root-user", "--net", "bash", "-c", WITH_TWO_HOSTS, "weir"));
        behind.addAll(List.of(hosts.toString(), config.toString()));
        try (WeirProcess daemon = daemon(behind, config).awaitText("ready: ")) {
            List<String> pids = Files.readAllLines(hosts);
            inside(pids.get(0), "ip", "addr", "add", "198.18.70.1/24", "dev", "h0");
            inside(pids.get(1), "ip", "addr", "add", "198.18.70.2/24", "dev", "h0");
            Pings.areAnswered(command -> inside(pids.get(0), command), "198.18.70.2");
            assertRefused(
                    "tap:h1?netns=" + left.path(),
                    "EPERM (operation not permitted)",
                    "run as root or with CAP_NET_ADMIN");
            assertRefused(
                    "packet:h1?netns=" + left.path(),
                    "EACCES (permission denied)",
                    "run as root or with CAP_SYS_ADMIN, or start weir inside that namespace");
            assertRefused("xdp:v0", "EPERM (operation not permitted)", NEEDS_BPF);
            assertEndsWell(daemon);
        }
    }

    private static String inside(String pid, String... command) {
        List<String> full = new ArrayList<>(List.of("nsenter", "--target", pid, "--net"));
        full.addAll(List.of(command));
        return Netns.exec(full.toArray(String[]::new));
    }
}
