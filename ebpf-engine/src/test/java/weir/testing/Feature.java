// SPDX-License-Identifier: Apache-2.0

package weir.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Something a machine may lack. Each probe runs once a JVM and says what is missing and what to do about it. */
public enum Feature {
    LINUX,
    ROOT,
    TUN,
    NETNS,
    /** A user without rights can be root of a user namespace with a network namespace. */
    USER_NAMESPACES,
    PING,
    IPERF3,
    C_COMPILER,
    TCPDUMP,
    /** Reads captures, with {@code capinfos}. */
    TSHARK,
    /** A DHCP client and server. */
    BUSYBOX,
    MAVEN,
    /** A Docker daemon of one's own can be started, and a client talks to it. */
    DOCKER,
    /** {@code docker-compose}. */
    DOCKER_COMPOSE,
    STRACE,
    /** {@code bpf(2)} makes maps for us. */
    BPF_MAPS,
    /** {@code bpf(2)} loads XDP programs for us, and comes back. */
    BPF_PROGRAMS,
    /** Clang 19, which builds the eBPF objects of the tests. */
    CLANG,
    /** The objects of the Debian packages libxdp1 and xdp-tests. */
    XDP_OBJECTS,
    /** Types of the running kernel. */
    KERNEL_BTF,
    /** Bash, zsh and fish. */
    SHELLS,
    /** Looks at units of systemd, which need not run. */
    SYSTEMD,
    /** A formatter that checks man pages. */
    MANDOC,
    /** Makes a terminal for a command. */
    SCRIPT,
    SHARED_DATA;

    private static final Map<Feature, Optional<String>> GAPS = new ConcurrentHashMap<>();

    /** Why this machine lacks the feature; empty when it has it. */
    public Optional<String> gap() {
        return GAPS.computeIfAbsent(this, Feature::probe);
    }

    /** The folder that {@code -Dweir.shared} names; only for tests that require {@link #SHARED_DATA}. */
    public static Path sharedData() {
        return Path.of(System.getProperty("weir.shared"));
    }

    private static Optional<String> probe(Feature feature) {
        return switch (feature) {
            case LINUX -> System.getProperty("os.name").equals("Linux") ? Optional.empty() : Optional.of("not Linux");
            case ROOT -> isRoot() ? Optional.empty() : Optional.of("not root; run the build as root");
            case TUN -> probeTun();
            case NETNS -> probeNetworkNamespaces();
            case USER_NAMESPACES -> probe(ROOT).or(Feature::probeUserNamespaces);
            case PING -> missingCommand("ping", "iputils-ping");
            case IPERF3 -> missingCommand("iperf3", "iperf3");
            case C_COMPILER -> missingCommand("cc", "gcc and libc6-dev");
            case TCPDUMP -> missingCommand("tcpdump", "tcpdump");
            case TSHARK -> missingCommand("tshark", "tshark").or(() -> missingCommand("capinfos", "tshark"));
            case SCRIPT -> missingCommand("script", "bsdutils");
            case BUSYBOX -> missingCommand("busybox", "busybox");
            case MAVEN -> missingCommand("mvn", "maven");
            case DOCKER ->
                probe(ROOT)
                        .or(() -> missingFile("/usr/sbin/dockerd", "docker.io"))
                        .or(() -> missingFile("/usr/bin/docker", "docker.io"));
            case DOCKER_COMPOSE -> missingCommand("docker-compose", "docker-compose");
            case STRACE -> probeStrace();
            case BPF_MAPS -> probe(LINUX).or(() -> probe(ROOT)).or(Feature::probeBpf);
            case BPF_PROGRAMS -> probe(BPF_MAPS).or(BpfProbe::gap);
            case CLANG -> missingCommand("clang-19", "clang-19");
            case XDP_OBJECTS -> missingFile("/usr/libexec/xdp-tools/xdp_pass.o", "xdp-tests and libxdp1");
            case KERNEL_BTF -> missingFile("/sys/kernel/btf/vmlinux", "a kernel with CONFIG_DEBUG_INFO_BTF");
            case SHELLS ->
                missingCommand("bash", "bash")
                        .or(() -> missingCommand("zsh", "zsh"))
                        .or(() -> missingCommand("fish", "fish"));
            case SYSTEMD -> missingCommand("systemd-analyze", "systemd");
            case MANDOC -> missingCommand("mandoc", "mandoc");
            case SHARED_DATA -> probeSharedData();
        };
    }

    private static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static Optional<String> probeTun() {
        Path device = Path.of("/dev/net/tun");
        if (!Files.exists(device)) {
            return Optional.of(device + " does not exist; load the module tun");
        }
        return Files.isReadable(device) && Files.isWritable(device)
                ? Optional.empty()
                : Optional.of(device + " is not open to this user; run the build as root");
    }

    private static Optional<String> probeBpf() {
        return Files.exists(Path.of("/proc/sys/kernel/unprivileged_bpf_disabled"))
                ? Optional.empty()
                : Optional.of("the kernel has no bpf(2); it needs CONFIG_BPF_SYSCALL");
    }

    private static Optional<String> probeNetworkNamespaces() {
        Optional<String> command = missingCommand("ip", "iproute2");
        if (command.isPresent()) {
            return command;
        }
        String name = "weir-probe-" + ProcessHandle.current().pid();
        boolean works = succeeds("ip", "netns", "add", name);
        if (works) {
            works = succeeds("ip", "netns", "delete", name);
        }
        return works ? Optional.empty() : Optional.of("'ip netns add' fails; run the build as root");
    }

    private static Optional<String> probeUserNamespaces() {
        return succeeds(
                        "setpriv",
                        "--reuid=65534",
                        "--regid=65534",
                        "--clear-groups",
                        "unshare",
                        "--user",
                        "--map-root-user",
                        "--net",
                        "true")
                ? Optional.empty()
                : Optional.of("'unshare --user --net' fails for others than root; sysctl user.max_user_namespaces and"
                        + " kernel.apparmor_restrict_unprivileged_userns say whether it may");
    }

    /** Some systems let nobody but a parent trace a process, and containers may forbid it altogether. */
    private static Optional<String> probeStrace() {
        Optional<String> command = missingCommand("strace", "strace");
        if (command.isPresent()) {
            return command;
        }
        Process traced = null;
        Process tracer = null;
        try {
            traced = new ProcessBuilder("sleep", "60").start();
            tracer = new ProcessBuilder("strace", "-o", "/dev/null", "-p", Long.toString(traced.pid())).start();
            String answer = tracer.errorReader().readLine();
            return answer != null && answer.endsWith("attached")
                    ? Optional.empty()
                    : Optional.of("'" + answer + "'; run the build as root with CAP_SYS_PTRACE");
        } catch (IOException e) {
            return Optional.of(e.toString());
        } finally {
            Stream.of(Optional.ofNullable(tracer), Optional.ofNullable(traced))
                    .flatMap(Optional::stream)
                    .forEach(Process::destroyForcibly);
        }
    }

    private static Optional<String> probeSharedData() {
        String folder = System.getProperty("weir.shared", "");
        if (folder.isEmpty()) {
            return Optional.of("the property weir.shared is not set");
        }
        return Files.isDirectory(Path.of(folder))
                ? Optional.empty()
                : Optional.of("weir.shared=" + folder + " is not a directory");
    }

    private static Optional<String> missingFile(String file, String packages) {
        return Files.isReadable(Path.of(file)) ? Optional.empty() : Optional.of("no " + file + "; install " + packages);
    }

    private static Optional<String> missingCommand(String command, String packages) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, command))) {
                return Optional.empty();
            }
        }
        return Optional.of("no '" + command + "' on the PATH; install " + packages);
    }

    private static boolean succeeds(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
