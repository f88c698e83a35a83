// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import weir.core.SwitchConfig;
import weir.core.port.Port;
import weir.core.port.PortState;
import weir.core.testing.Law;
import weir.core.testing.PortContractTest;
import weir.ports.readiness.EpollIdleWait;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The port contract for streams; the outside is a socket of the JDK. See the subclasses. */
@RequiresFeature(Feature.LINUX)
abstract class StreamPortContractTest extends PortContractTest {
    private final boolean connects;
    private final String options;

    @TempDir
    private Path folder;

    private StreamPeer peer;
    private ServerSocketChannel server;
    private UnixPort port;

    /** @param options each with its {@code &} */
    StreamPortContractTest(boolean connects, String options) {
        this.connects = connects;
        this.options = options;
    }

    private UnixDomainSocketAddress address() {
        return UnixDomainSocketAddress.of(folder.resolve("s"));
    }

    @Override
    protected SwitchConfig configure(SwitchConfig config) {
        return config.withIdleWait(EpollIdleWait::new);
    }

    @Override
    protected Port open() throws Exception {
        if (connects) {
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address());
        }
        port = UnixPort.open("unix:" + folder.resolve("s") + "?role=" + (connects ? "connect" : "listen") + options);
        return port;
    }

    @Override
    protected void attached(Runnable rounds) {
        try {
            peer = new StreamPeer(connects ? server.accept() : SocketChannel.open(address()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Law.eventually("the port sees its peer", () -> {
            rounds.run();
            return port.state() == PortState.UP;
        });
    }

    @Override
    protected void send(byte[] frame) throws IOException {
        peer.send(frame);
    }

    @Override
    protected List<byte[]> received() throws IOException {
        return peer.received();
    }

    @Override
    protected void outsideCloses() throws IOException {
        peer.close();
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected int framesThatFillThePort() {
        return 40_000;
    }
}
