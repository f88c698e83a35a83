// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import weir.core.SwitchConfig;
import weir.core.port.Port;
import weir.core.port.PortState;
import weir.core.testing.Law;
import weir.core.testing.PortContractTest;
import weir.ports.readiness.EpollIdleWait;
import weir.ports.shm.client.ShmClient;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The port contract; the outside is a client in this process. */
@RequiresFeature(Feature.LINUX)
abstract class ShmPortContractTest extends PortContractTest {
    private static final int SLOTS = 32;

    @TempDir
    Path dir;

    private final String options;
    private ShmPort port;
    private ShmClient client;

    /** @param options of the spec, each with its {@code &} */
    ShmPortContractTest(String options) {
        this.options = options;
    }

    @Override
    protected Port open() throws Exception {
        port = ShmPort.open("shm:c?dir=" + dir + "&slots=" + SLOTS + options);
        return port;
    }

    @Override
    protected SwitchConfig configure(SwitchConfig config) {
        return config.withIdleWait(EpollIdleWait::new);
    }

    @Override
    protected void attached(Runnable rounds) {
        try {
            client = ShmClient.connect(port.socket());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        Law.eventually("the worker has the client", () -> {
            rounds.run();
            return port.state() == PortState.UP;
        });
    }

    @Override
    protected void send(byte[] frame) {
        if (!client.sender().send(frame, 0, frame.length)) {
            throw new AssertionError("no room to send");
        }
    }

    @Override
    protected List<byte[]> received() {
        List<byte[]> got = new ArrayList<>();
        byte[] buffer = new byte[client.slotBytes()];
        for (int n = client.receiver().receive(buffer);
                n >= 0;
                n = client.receiver().receive(buffer)) {
            got.add(Arrays.copyOf(buffer, n));
        }
        return got;
    }

    @Override
    protected void outsideCloses() {
        client.close();
    }

    @Override
    protected int framesThatFillThePort() {
        return 2 * SLOTS;
    }
}
