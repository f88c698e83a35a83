// SPDX-License-Identifier: Apache-2.0
package weir.control.doctor;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import weir.control.bench.CCompiler;
import weir.control.machine.Capability;
import weir.control.machine.Commands;
import weir.control.machine.MachineFacts;
import weir.control.machine.ProcFile;
import weir.control.run.HostConfig;
import weir.control.run.PortSpecs;
import weir.ports.PortAvailability;
import weir.ports.PortKind;
import weir.ports.linux.LinuxException;
import weir.ports.linux.Probes;
import weir.ports.readiness.EpollIdleWait;
import weir.ports.xdp.XdpPort;

/**
 * Looks at the machine. What can be tried is tried: a capability that the kernel reports says little
 * inside a container whose system calls are filtered.
 */
public final class Doctor {
    private static final String AS_ROOT = "run as root, or give the container --cap-add ";
    private static final long MEMLOCK_FOR_XDP_BYTES = 64L << 20;
    private static final List<Capability> SHOWN =
            List.of(Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW, Capability.CAP_BPF, Capability.CAP_SYS_ADMIN);
    /** ENOSYS and EAFNOSUPPORT. */
    private static final Set<Integer> NOT_IN_KERNEL = Set.of(38, 97);

    private static final Path DOCKER_SOCKET = Path.of("/var/run/docker.sock");

    private final Map<String, Check> checks = new LinkedHashMap<>();

    private Doctor() {}

    /** A system call that may be refused. */
    @FunctionalInterface
    private interface Probe {
        void run() throws LinuxException, InterruptedException;
    }

    /** Looks at everything; changes nothing. */
    public static DoctorReport examine() throws InterruptedException {
        Doctor doctor = new Doctor();
        doctor.system();
        doctor.ports();
        if (HostConfig.isLinux()) {
            doctor.capabilities();
            doctor.kernel();
            doctor.memory();
        }
        doctor.tools();
        Map<String, Check> checks = doctor.checks;
        int missing =
                (int) checks.values().stream().filter(check -> !check.ok()).count();
        return new DoctorReport(MachineFacts.now(), checks, missing);
    }

    private void system() {
        String use = "all ports but memory";
        checks.put(
                "linux",
                HostConfig.isLinux()
                        ? Check.found(System.getProperty("os.version"), use)
                        : Check.missing(
                                System.getProperty("os.name"), use, "run weir in a Linux machine or container"));
        int cores = Runtime.getRuntime().availableProcessors();
        String coresUse = "one core a worker, one for the rest";
        checks.put(
                "cores",
                cores > 1
                        ? Check.found(cores + " cores", coresUse)
                        : Check.missing("1 core", coresUse, "give the machine or container another core"));
    }

    /** One row for each kind of port, which knows by itself what it takes. */
    private void ports() {
        for (PortKind kind : PortSpecs.kinds()) {
            PortAvailability found = kind.needsLinux() && !HostConfig.isLinux()
                    ? PortAvailability.lacks("this is not Linux", "run weir in a Linux machine or container")
                    : kind.probe();
            String use = "ports " + kind.form();
            checks.put(
                    DoctorReport.PORT_CHECK + kind.name(),
                    found.available()
                            ? Check.found(found.detail(), use)
                            : Check.missing(found.detail(), use, found.remedy()));
        }
    }

    private void capabilities() {
        Set<Capability> effective = Capability.effective();
        for (Capability each : SHOWN) {
            String name = each.name().toLowerCase(Locale.ROOT);
            checks.put(
                    name,
                    effective.contains(each)
                            ? Check.found("in effect", each.use())
                            : Check.missing(
                                    "not in effect",
                                    each.use(),
                                    AS_ROOT + each.name().substring("CAP_".length())));
        }
    }

    private void kernel() throws InterruptedException {
        probe(
                "tun",
                "/dev/net/tun opens",
                "persistent TAPs of one's own, and making new ones",
                Probes::openTun,
                tunRemedy());
        probe(
                "tun_offloads",
                "frames of 64 KiB and unfinished checksums; those of UDP from kernel 6.2 on",
                "tap: ports with vnet=on",
                Probes::tunOffloads,
                "write vnet=off, or: " + tunRemedy());
        probe(
                "network_namespaces",
                "can be made",
                "weir demo --tap",
                Probes::newNetworkNamespace,
                AS_ROOT + "SYS_ADMIN");
        probe(
                "packet_socket",
                "AF_PACKET opens, with a receive ring and offloads",
                "packet: ports",
                Probes::packetSocket,
                AS_ROOT + "NET_RAW");
        probe("xdp_socket", "AF_XDP opens", "xdp: ports", Probes::xdpSocket, AS_ROOT + "NET_RAW");
        probe(
                "xdp_program",
                "the kernel takes one",
                "xdp: ports",
                XdpPort::probeProgram,
                AS_ROOT + "BPF --cap-add NET_ADMIN, and allow bpf in the seccomp profile");
        probe(
                "io_uring",
                "allowed",
                "faster tap: ports",
                Probes::ioUring,
                "sysctl kernel.io_uring_disabled=0; in a container allow io_uring_setup in the seccomp profile");
        probe(
                "shared_memory",
                "sealed memfd can be made",
                "shm: ports",
                Probes::sharedMemory,
                "allow memfd_create and fcntl in the seccomp profile");
        String epoll = EpollIdleWait.unavailability();
        String use = "waiting for frames of file descriptors";
        checks.put(
                "epoll",
                epoll.isEmpty()
                        ? Check.found("native library loads", use)
                        : Check.missing(epoll, use, "weir carries it for x86-64 and aarch64 with glibc"));
    }

    private static String tunRemedy() {
        return Files.exists(Path.of("/dev/net/tun"))
                ? "run as root, or give this user read and write access to /dev/net/tun"
                : "modprobe tun; in a container add --device /dev/net/tun";
    }

    private void probe(String name, String found, String use, Probe probe, String remedy) throws InterruptedException {
        try {
            probe.run();
            checks.put(name, Check.found(found, use));
        } catch (LinuxException e) {
            String hint = NOT_IN_KERNEL.contains(e.errnoNumber())
                    ? "this kernel was built without it; use a distribution's kernel of 5.15 or later"
                    : remedy;
            checks.put(name, Check.missing(String.valueOf(e.getMessage()), use, hint));
        }
    }

    private void memory() {
        String pages =
                ProcFile.read("/sys/kernel/mm/transparent_hugepage/enabled").orElse("not in this kernel");
        String use = "frame pools on huge pages, up to 18 % faster";
        checks.put(
                "huge_pages",
                pages.contains("[madvise]") || pages.contains("[always]")
                        ? Check.found(pages, use)
                        : Check.missing(pages, use, "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"));
        long limit = memlockBytes();
        boolean lifted = Capability.effective().contains(Capability.CAP_IPC_LOCK);
        String size = limit == Long.MAX_VALUE ? "unlimited" : (limit >> 20) + " MiB";
        checks.put(
                "memlock",
                lifted || limit >= MEMLOCK_FOR_XDP_BYTES
                        ? Check.found(size + (lifted ? ", lifted by CAP_IPC_LOCK" : ""), "xdp: ports")
                        : Check.missing(
                                size,
                                "xdp: ports",
                                "ulimit -l unlimited, LimitMEMLOCK=infinity, or --ulimit memlock=-1"));
    }

    private static long memlockBytes() {
        return ProcFile.read("/proc/self/limits").stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith("Max locked memory"))
                .map(line ->
                        line.substring("Max locked memory".length()).strip().replaceFirst("\\s.*", ""))
                .map(soft -> soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft))
                .findFirst()
                .orElse(0L);
    }

    private void tools() {
        command("ip", "weir demo --tap", "apt install iproute2");
        command("ping", "weir demo --tap", "apt install iputils-ping");
        Optional<CCompiler> compiler = CCompiler.find();
        String use = "weir bench memory against C";
        checks.put(
                "c_compiler",
                compiler.map(found -> Check.found(found.path().toString(), use))
                        .orElseGet(() -> Check.missing("none of cc, gcc, clang", use, "apt install gcc libc6-dev")));
        checks.put("docker", docker());
    }

    private void command(String name, String use, String remedy) {
        checks.put(
                name,
                Commands.find(name)
                        .map(path -> Check.found(path.toString(), use))
                        .orElseGet(() -> Check.missing("not on the PATH", use, remedy)));
    }

    private static Check docker() {
        String use = "the Docker network driver";
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(DOCKER_SOCKET));
            return Check.found(DOCKER_SOCKET + " answers", use);
        } catch (IOException | UnsupportedOperationException e) {
            return Check.missing(DOCKER_SOCKET + ": " + e.getMessage(), use, "start Docker, and join the group docker");
        }
    }
}
