// SPDX-License-Identifier: Apache-2.0

package weir.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import weir.commands.WeirProcess;
import weir.commands.WeirRun;
import weir.ports.testing.Netns;
import weir.ports.testing.Waiting;

/**
 * A Docker daemon and a Weir daemon of a test's own, both inside a network namespace that was made for them, so that nothing
 * of the machine's network is touched. Docker makes no network of its own; what it keeps is in a temporary folder.
 */
final class DockerLab implements AutoCloseable {
    /** An image with busybox alone. */
    static final String IMAGE = "weirt:1";

    private static final String BUSYBOX = "/bin/busybox";
    private static final List<String> APPLETS = List.of(
            "sh", "sleep", "ping", "ping6", "ip", "cat", "wget", "httpd", "true", "timeout", "arp", "nc", "echo");
    private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x");
    private static final long START_MILLIS = 120_000;
    private static final long END_MILLIS = 30_000;
    private static final long COMMAND_SECONDS = 60;
    private static final int PING_SECONDS = 30;

    private final Netns netns = new Netns();
    private final Path folder;
    private final String driver = "weirt-" + ProcessHandle.current().pid();
    private Process dockerd;
    private @Nullable WeirProcess weir;

    DockerLab() throws IOException {
        folder = Files.createTempDirectory("weirt");
        dockerd = dockerd();
        try {
            startWeir();
            await("an answer of Docker", this::answers);
            importImage();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Process dockerd(String... more) throws IOException {
        List<String> command = inNamespace(
                "/usr/sbin/dockerd",
                "--host=unix://" + socket(),
                "--data-root=" + folder.resolve("data"),
                "--exec-root=" + folder.resolve("exec"),
                "--pidfile=" + folder.resolve("docker.pid"),
                "--bridge=none",
                "--iptables=false",
                "--ip-forward=false",
                "--ip-masq=false",
                "--storage-driver=vfs");
        command.addAll(List.of(more));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("dockerd.log").toFile())
                .start();
    }

    /** Waits for something; what the daemons said is told when it does not come. */
    void await(String what, BooleanSupplier holds) throws IOException {
        try {
            Waiting.within(START_MILLIS, holds);
        } catch (AssertionError e) {
            String said = weirLog() + Files.readString(folder.resolve("dockerd.log"));
            throw new AssertionError("did not come: " + what + "\n" + said, e);
        }
    }

    /** Kills the Docker daemon without a chance to clean up; what runs in containers goes on. */
    void killDocker() throws IOException {
        String containerd = Files.readString(folder.resolve("exec/containerd/containerd.pid"))
                .strip();
        dockerd.destroyForcibly().onExit().join();
        // It goes with dockerd, but not at once, and the next dockerd would take it for its own.
        Waiting.within(END_MILLIS, () -> Files.notExists(Path.of("/proc", containerd)));
    }

    /** As a machine ends that has no time: both daemons, what runs in containers, and where it ran. */
    void killAll(String... containers) throws IOException {
        List<String> processes = new ArrayList<>();
        for (String each : containers) {
            processes.add(process(each));
        }
        killDocker();
        killWeir();
        processes.forEach(process -> Netns.exec("kill", "-KILL", process));
        unmountAll();
        awaitNoInterfaces();
    }

    /** Starts the Docker daemon again. */
    void startDocker(String... more) throws IOException {
        dockerd = dockerd(more);
        await("an answer of Docker", this::answers);
    }

    // Not 'ip netns exec', which takes a mount namespace, too: what Docker mounts would not be seen.
    List<String> inNamespace(String... command) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + netns.path()));
        all.addAll(List.of(command));
        return all;
    }

    private Path socket() {
        return folder.resolve("docker.sock");
    }

    /** As the environment variable DOCKER_HOST has it. */
    String host() {
        return "unix://" + socket();
    }

    /** Where the Weir daemon's API is. */
    Path api() {
        return folder.resolve("api.sock");
    }

    /** Goes when the lab is closed. */
    Path folder() {
        return folder;
    }

    private boolean answers() {
        if (!dockerd.isAlive()) {
            throw new AssertionError("dockerd ended");
        }
        return Files.exists(socket()) && run(List.of("version")).code() == 0;
    }

    /** Name of the network driver. */
    String driver() {
        return driver;
    }

    /** The namespace that both daemons live in. */
    Netns netns() {
        return netns;
    }

    private Path plugin() {
        return Path.of("/run/docker/plugins", driver + ".sock");
    }

    /** Where the Weir daemon keeps its state. */
    Path state() {
        return folder.resolve("state");
    }

    /** Starts the Weir daemon, and waits until it serves Docker. */
    void startWeir() {
        WeirProcess started = WeirProcess.startBehind(
                inNamespace(),
                "daemon",
                "--socket",
                api().toString(),
                "--state",
                state().toString(),
                "--docker-socket",
                plugin().toString());
        weir = started;
        started.awaitText("ready: ");
    }

    /** A command of Weir, run to its end in a process that asks both daemons. */
    WeirRun weir(String... arguments) throws InterruptedException {
        return weirAt(socket().toString(), arguments);
    }

    /** The same with another place for Docker. */
    WeirRun weirAt(String dockerSocket, String... arguments) throws InterruptedException {
        List<String> program = inNamespace("env", "DOCKER_HOST=unix://" + dockerSocket, "WEIR_SOCKET=" + api());
        try (WeirProcess process = WeirProcess.startBehind(program, arguments)) {
            return new WeirRun(process.exitCode(), process.out(), process.err());
        }
    }

    /** A command of Weir that asks the Weir daemon alone, in this process. */
    WeirRun weirHere(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--socket", api().toString()));
        return WeirRun.of(all.toArray(String[]::new));
    }

    /** Kills the Weir daemon without a chance to clean up. */
    void killWeir() throws IOException {
        if (weir != null) {
            weir.close();
            weir = null;
        }
        Files.deleteIfExists(api());
    }

    private void importImage() {
        Path root = folder.resolve("root");
        List<String> libraries = new ArrayList<>();
        Matcher matcher = LIBRARY.matcher(ldd());
        while (matcher.find()) {
            libraries.add(matcher.group(1));
        }
        try {
            for (String each : List.of("bin", "proc", "sys", "dev", "tmp", "etc", "www")) {
                Files.createDirectories(root.resolve(each));
            }
            copy(BUSYBOX, root);
            for (String each : libraries) {
                copy(each, root);
            }
            for (String each : APPLETS) {
                Files.createSymbolicLink(root.resolve("bin").resolve(each), Path.of("busybox"));
            }
            Files.writeString(root.resolve("www/index.html"), "weir\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path tar = folder.resolve("image.tar");
        Netns.exec("tar", "-C", root.toString(), "-cf", tar.toString(), ".");
        docker("import", tar.toString(), IMAGE);
    }

    /** Empty for a static busybox. */
    private static String ldd() {
        try {
            return Netns.exec("ldd", BUSYBOX);
        } catch (IllegalStateException e) {
            return "";
        }
    }

    private static void copy(String file, Path root) throws IOException {
        Path target = root.resolve(file.substring(1));
        Files.createDirectories(target.getParent());
        Files.copy(Path.of(file), target);
    }

    /** What a command did. */
    record Outcome(int code, String output) {}

    /** A command of Docker that must succeed; its output without the last line feed. */
    String docker(String... arguments) {
        Outcome outcome = run(List.of(arguments));
        if (outcome.code() != 0) {
            throw new AssertionError("docker " + String.join(" ", arguments) + ": " + outcome.output());
        }
        return outcome.output().strip();
    }

    /** Whether a command of Docker succeeds. */
    boolean succeeds(List<String> arguments) {
        return run(arguments).code() == 0;
    }

    /** A command of Docker that must fail; its output. */
    String dockerFails(String... arguments) {
        Outcome outcome = run(List.of(arguments));
        if (outcome.code() == 0) {
            throw new AssertionError("docker " + String.join(" ", arguments) + " did not fail: " + outcome.output());
        }
        return outcome.output();
    }

    /** Starts {@code weir} where both daemons are, with Docker as its client finds it, behind {@code setsid}. */
    WeirProcess launch(String... arguments) {
        return WeirProcess.startBehind(inNamespace("setsid", "env", "DOCKER_HOST=unix://" + socket()), arguments);
    }

    /** Runs {@code docker-compose} from the root of the sources, which must succeed. */
    void compose(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "--chdir=" + root(),
                "PWD=" + root(),
                "DOCKER_HOST=" + host(),
                "WEIR_LAB_IMAGE=" + IMAGE,
                "docker-compose",
                "--no-ansi"));
        command.addAll(arguments);
        Outcome outcome = exec(command);
        if (outcome.code() != 0) {
            throw new AssertionError(command + ": " + outcome.output());
        }
    }

    private Outcome run(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("/usr/bin/docker", "--host=unix://" + socket()));
        command.addAll(arguments);
        return exec(command);
    }

    private static Outcome exec(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not end");
            }
            return new Outcome(process.exitValue(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Builds Weir's own image and loads it; the archive of its files. */
    Path loadWeir(String tag) {
        Path tar = folder.resolve("weir.tar");
        Outcome built = exec(
                List.of(root().resolve("docker/build-image").toString(), "--output", tar.toString(), "--tag", tag));
        if (built.code() != 0) {
            throw new AssertionError(built.output());
        }
        docker("load", "-i", tar.toString());
        Netns.exec("tar", "-C", folder.toString(), "-xf", tar.toString());
        try (Stream<Path> files = Files.walk(folder, 2)) {
            return files.filter(each -> each.endsWith("layer.tar")).findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        return Path.of(System.getProperty("weir.root"));
    }

    /** Makes an image of the Java and the C library that are in Weir's own, without anything of Weir. */
    void importJava(Path layer, String tag) {
        String base = folder.resolve("java").toString();
        Netns.exec("mkdir", base);
        Netns.exec("tar", "-C", base, "-xf", layer.toString());
        Netns.exec("mv", base + "/opt/weir/java", base + "/opt/java");
        Netns.exec("rm", "-r", base + "/opt/weir");
        Path tar = folder.resolve("java.tar");
        Netns.exec("tar", "-C", base, "-cf", tar.toString(), ".");
        docker("import", "--change", "ENV PATH=/opt/java/bin", tar.toString(), tag);
    }

    /** Builds {@code docker/Dockerfile} on a base image. */
    void buildDockerfile(String base, String tag) {
        docker(
                "build",
                "--quiet",
                "--network=none",
                "--file=" + root().resolve("docker/Dockerfile"),
                "--build-arg=BASE=" + base,
                "--tag=" + tag,
                root().toString());
    }

    /** Makes a network on the driver. */
    void network(String name, String subnet, String... more) {
        List<String> all = new ArrayList<>(List.of("network", "create", "-d", driver, "--subnet", subnet));
        all.addAll(List.of(more));
        all.add(name);
        docker(all.toArray(String[]::new));
    }

    /** Makes the bridge that Docker would make by itself, with addresses of the tests; to be removed as {@code docker_gwbridge}. */
    void gateway(String subnet) {
        docker(
                "network",
                "create",
                "--subnet=" + subnet,
                "--opt=com.docker.network.bridge.name=docker_gwbridge",
                "docker_gwbridge");
    }

    /** Starts a container that does nothing. */
    void container(String name, String network, String... more) {
        List<String> all = new ArrayList<>(List.of("run", "-d", "--name", name, "--network", network));
        all.addAll(List.of(more));
        all.addAll(List.of(IMAGE, "sleep", "600"));
        docker(all.toArray(String[]::new));
    }

    /** Names of a switch's ports. */
    List<String> ports(String name) {
        return List.copyOf(weirHere("port", "list", name, "-o", "json")
                .json()
                .path("ports")
                .propertyNames());
    }

    /** Prints each ICMP message that comes to a container's interface, promiscuously, until it is ended. */
    WeirProcess hears(String container) {
        return WeirProcess.exec(List.of(
                        "nsenter",
                        "--net",
                        "--target=" + process(container),
                        "tcpdump",
                        "--immediate-mode",
                        "-l",
                        "-n",
                        "-i",
                        "eth0",
                        "icmp"))
                .awaitText("listening on eth0");
    }

    /** Kills what runs in a container. */
    void crash(String container) {
        Netns.exec("kill", "-KILL", process(container));
    }

    private String process(String container) {
        return docker("inspect", "-f", "{{.State.Pid}}", container);
    }

    /** What a command in a container prints; null when it fails. */
    @Nullable
    String in(String container, String... command) {
        List<String> all = new ArrayList<>(List.of("exec", container));
        all.addAll(List.of(command));
        Outcome outcome = run(all);
        return outcome.code() == 0 ? outcome.output().strip() : null;
    }

    /** Whether a container gets an answer from an address or a name; asks for a while. */
    boolean pings(String container, String target) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PING_SECONDS);
        boolean isAnswered = false;
        while (!isAnswered && System.nanoTime() - deadline < 0) {
            isAnswered = succeeds(List.of("exec", container, "ping", "-c", "1", "-W", "1", target));
        }
        return isAnswered;
    }

    /** Whether a page is served where the daemons are. */
    boolean fetches(String url) {
        return exec(inNamespace("curl", "--silent", "--max-time", "2", "--output", "/dev/null", url))
                        .code()
                == 0;
    }

    /** What the Weir daemon said since it was started. */
    String weirLog() {
        return weir == null ? "" : weir.err();
    }

    /** Whether a container gets no answer. */
    boolean isCutOff(String container, String target) {
        return run(List.of("exec", container, "ping", "-c", "2", "-W", "1", target))
                        .code()
                != 0;
    }

    /** What runs in containers that no Docker daemon ended, because a test failed while there was none. */
    private void endContainers() {
        ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains("containerd-shim") && line.contains(folder + "/"))
                        .isPresent())
                .toList()
                .forEach(shim -> {
                    shim.descendants().forEach(ProcessHandle::destroyForcibly);
                    shim.destroyForcibly();
                });
    }

    /** What Docker mounted and left, because it was killed. */
    private void unmountAll() throws IOException {
        List<String> left = Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .map(line -> line.split(" ", -1)[1])
                .filter(place -> place.startsWith(folder + "/"))
                .toList();
        for (String each : left.reversed()) {
            Netns.exec("sh", "-c", "umount --lazy \"$0\" || ! mountpoint -q \"$0\"", each); // may go by itself
        }
    }

    /** Ends all containers and networks. */
    void clear() {
        if (weir == null) {
            startWeir(); // a test ended between both
        }
        String containers = docker("ps", "-aq");
        if (!containers.isEmpty()) {
            List<String> remove = new ArrayList<>(List.of("rm", "-f"));
            remove.addAll(List.of(containers.split("\\s+", -1)));
            docker(remove.toArray(String[]::new));
        }
        String networks = docker("network", "ls", "-q", "--filter", "driver=" + driver);
        if (!networks.isEmpty()) {
            List<String> remove = new ArrayList<>(List.of("network", "rm"));
            remove.addAll(List.of(networks.split("\\s+", -1)));
            docker(remove.toArray(String[]::new));
        }
    }

    /** Interfaces in the daemons' namespace besides the loopback one. */
    List<String> interfaces() {
        return netns.ip("-o", "link")
                .lines()
                .map(line -> line.split(": ", -1)[1])
                .filter(name -> !name.equals("lo"))
                .toList();
    }

    /** The kernel takes a namespace's interfaces away some time after the last process in it. */
    void awaitNoInterfaces() {
        try {
            Waiting.within(END_MILLIS, () -> interfaces().isEmpty());
        } catch (AssertionError e) {
            throw new AssertionError("interfaces are left: " + interfaces(), e);
        }
    }

    @Override
    public void close() throws IOException {
        dockerd.destroy();
        try {
            if (!dockerd.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                dockerd.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        killWeir();
        Files.deleteIfExists(plugin());
        netns.close();
        endContainers();
        unmountAll();
        Netns.exec("rm", "-rf", "--one-file-system", folder.toString());
    }
}
