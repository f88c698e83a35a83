// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Network;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import weir.control.daemon.Daemon;
import weir.control.http.ListenException;
import weir.control.plane.ControlException;
import weir.control.plane.StateFolder;

/**
 * What JVMs left that were killed: containers, and networks whose driver is gone, for which Docker waits 15 s each time that
 * it is asked to remove one. Serves the driver once more, out of the killed JVM's own state, and has Docker remove them.
 */
final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

    private final DockerClient docker;
    private final Path temporary;

    /** @param temporary where JVMs keep their folders */
    Leftovers(DockerClient docker, Path temporary) {
        this.docker = docker;
        this.temporary = temporary;
    }

    /** Removes all of them, as far as possible: a test does not fail since another was killed. */
    void remove(Path plugins) {
        try (DirectoryStream<Path> sockets = Files.newDirectoryStream(plugins, DriverName.PREFIX + "*.sock")) {
            for (Path socket : sockets) {
                DriverName driver = DriverName.ofSocket(socket);
                if (!isServed(socket)) {
                    remove(driver, socket);
                }
            }
        } catch (IOException e) {
            LOG.debug("no folder {}", plugins, e);
        }
    }

    private static boolean isServed(Path socket) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    private void remove(DriverName driver, Path socket) {
        try {
            Path folder = folder(driver);
            try (Daemon _ = Daemon.start(EmbeddedDaemon.settings(folder, socket).ignoringBadPorts(), Map.of())) {
                for (Network network : docker.listNetworksCmd().exec()) {
                    if (driver.toString().equals(network.getDriver())) {
                        remove(network);
                    }
                }
            }
            EmbeddedDaemon.delete(folder);
            LOG.info("removed what was left of driver {}, whose JVM was killed", driver);
        } catch (IOException
                | RuntimeException
                | ListenException
                | ControlException
                | StateFolder.Unusable e) { // also: another JVM does the same just now
            LOG.warn("cannot remove what is left of driver {}, whose JVM was killed: {}", driver, e.getMessage());
        }
    }

    /** The JVM's own, with the names of interfaces that it had on the host; a new one when that is gone. */
    private Path folder(DriverName driver) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, driver + "-*")) {
            for (Path each : folders) {
                // Whoever may write here could have put it there.
                if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)
                        && Files.getOwner(each, LinkOption.NOFOLLOW_LINKS)
                                .equals(Files.getOwner(Path.of("/proc/self")))) {
                    return each;
                }
            }
        }
        return Files.createTempDirectory(temporary, driver + "-");
    }

    private void remove(Network network) {
        List<String> removed = new ArrayList<>();
        List<Container> containers = docker.listContainersCmd()
                .withShowAll(true)
                .withNetworkFilter(List.of(network.getId()))
                .exec();
        for (Container each : containers) {
            removed.add(each.getId());
            if (each.getLabels().containsKey(DockerClientFactory.TESTCONTAINERS_SESSION_ID_LABEL)) {
                remove(each);
            } else { // of nobody's session: it may be wanted again
                WeirNetwork.disconnect(docker, network.getId(), each.getId());
            }
        }
        docker.removeNetworkCmd(network.getId()).exec();
        LOG.debug("removed network {} and {}", network.getName(), removed);
    }

    private void remove(Container container) {
        try {
            docker.removeContainerCmd(container.getId())
                    .withForce(true)
                    .withRemoveVolumes(true)
                    .exec();
        } catch (NotFoundException e) {
            LOG.debug("container {} is gone already", container.getId());
        } catch (DockerException e) {
            if (e.getHttpStatus() != WeirNetwork.CONFLICT) {
                throw e;
            }
            LOG.debug("container {} is about to go", container.getId()); // by Testcontainers' own cleaner
        }
    }
}
