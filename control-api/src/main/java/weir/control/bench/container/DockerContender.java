// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import weir.control.bench.process.BenchFailure;
import weir.control.bench.process.Closing;
import weir.control.bench.process.Scratch;
import weir.control.bench.process.Tools;
import weir.control.bench.process.WeirDaemon;
import weir.control.machine.ChildProcess;

/**
 * Weir between Docker's containers: a daemon of its own, which is a network driver of a name of its own, that of the scratch
 * folder. All that is made has that name, so that who takes over the folder of a killed benchmark, with the driver's state,
 * removes all of it.
 */
final class DockerContender implements Contender {
    private static final String LABEL = "dev.weir.bench";
    private static final String PLUGINS = "/run/docker/plugins";
    private static final int ANSWER_SECONDS = 10;
    private static final int FIRST_STATION = 11;

    private final Closing closing = new Closing();
    private final String driver;
    private final WeirDaemon daemon;
    private final List<Station> stations = new ArrayList<>();

    DockerContender(Scratch scratch, Attachment mode, int stations, String subnet, int cpu)
            throws BenchFailure, InterruptedException {
        driver = scratch.name();
        boolean done = false;
        try {
            Path socket = Path.of(PLUGINS, driver + ".sock");
            daemon = new WeirDaemon(scratch, List.of(), cpu, List.of("--docker-socket", socket.toString()));
            closing.add(daemon);
            closing.add(this::remove);
            remove();
            create(scratch, mode, subnet);
            for (int i = 1; i <= stations; i++) {
                this.stations.add(container(i, subnet + "." + (FIRST_STATION + i - 1)));
            }
            done = true;
        } finally {
            if (!done) {
                closing.close();
            }
        }
    }

    /** Whether a Docker daemon answers, and what is wrong when none does. */
    static void require() throws BenchFailure, InterruptedException {
        ChildProcess.Outcome outcome = ChildProcess.run(
                List.of("docker", "version", "--format", "{{.Server.Version}}"), ANSWER_SECONDS, TimeUnit.SECONDS);
        if (outcome.exitCode() != 0) {
            throw new BenchFailure(
                    "no Docker daemon answers: " + outcome.lastLine(),
                    "start one, say by DOCKER_HOST where it is, or use --no-docker for plain network namespaces");
        }
    }

    private static String docker(List<String> arguments) throws BenchFailure, InterruptedException {
        return Tools.run(Tools.concat(List.of("docker"), arguments)).strip();
    }

    private void create(Scratch scratch, Attachment mode, String subnet) throws BenchFailure, InterruptedException {
        Path image = scratch.write("image.tar", PauseImage.tar());
        docker(List.of("import", image.toString(), driver));
        docker(List.of(
                "network",
                "create",
                "--driver",
                driver,
                "--label",
                LABEL + "=" + driver,
                "--subnet",
                subnet + ".0/24",
                "--opt",
                "switch=" + WeirContender.SWITCH,
                "--opt",
                "mode=" + mode.label(),
                driver));
    }

    private Station container(int number, String address) throws BenchFailure, InterruptedException {
        String name = driver + "-" + number;
        docker(List.of(
                "run",
                "--detach",
                "--name",
                name,
                "--label",
                LABEL + "=" + driver,
                "--log-driver",
                "none",
                "--network",
                driver,
                "--ip",
                address,
                driver,
                PauseImage.PROGRAM));
        return new Station(Long.parseLong(docker(List.of("inspect", "--format", "{{.State.Pid}}", name))), address);
    }

    /** Whatever of the driver's name there is; what cannot be removed stays for the next benchmark. */
    private void remove() throws InterruptedException {
        String label = "label=" + LABEL + "=" + driver;
        removeAll(List.of("ps", "--all", "--quiet", "--filter", label), List.of("rm", "--force"));
        removeAll(List.of("network", "ls", "--quiet", "--filter", label), List.of("network", "rm"));
        removeAll(List.of("images", "--quiet", driver), List.of("rmi"));
    }

    private static void removeAll(List<String> list, List<String> remove) throws InterruptedException {
        try {
            List<String> found = docker(list).lines().toList();
            if (!found.isEmpty()) {
                docker(Tools.concat(remove, found));
            }
        } catch (BenchFailure e) {
            // Docker has ended, or somebody else was faster.
        }
    }

    @Override
    public String name() {
        return WeirContender.NAME;
    }

    @Override
    public List<Station> stations() {
        return stations;
    }

    @Override
    public OptionalLong process() {
        return OptionalLong.of(daemon.pid());
    }

    @Override
    public Map<String, Long> drops() throws BenchFailure {
        return WeirContender.drops(daemon.client());
    }

    @Override
    public void close() {
        closing.close();
    }
}
