// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import weir.core.SwitchConfig;
import weir.core.port.Port;
import weir.core.port.PortState;
import weir.core.testing.Law;
import weir.core.testing.PortContractTest;
import weir.ports.linux.LinuxException;
import weir.ports.readiness.EpollIdleWait;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The port contract for dgram ports. */
@RequiresFeature(Feature.LINUX)
class DatagramPortContractTest extends PortContractTest {
    @TempDir
    private Path folder;

    private DatagramPeer peer;
    private UnixPort port;

    @Override
    protected SwitchConfig configure(SwitchConfig config) {
        return config.withIdleWait(EpollIdleWait::new);
    }

    @Override
    protected Port open() throws Exception {
        String own = folder.resolve("own").toString();
        String other = folder.resolve("other").toString();
        peer = new DatagramPeer(other, own);
        port = UnixPort.open("unix:" + own + "?mode=dgram&peer=" + other);
        return port;
    }

    @Override
    protected void attached(Runnable rounds) {
        Law.eventually("the port sees its peer", () -> {
            rounds.run();
            return port.state() == PortState.UP;
        });
    }

    @Override
    protected void send(byte[] frame) throws LinuxException {
        peer.send(frame);
    }

    @Override
    protected List<byte[]> received() {
        return peer.received();
    }

    @Override
    protected void outsideCloses() {
        peer.close();
    }

    @Override
    protected int framesThatFillThePort() {
        return 4_000; // net.unix.max_dgram_qlen is 512, or 10 on old kernels
    }
}
