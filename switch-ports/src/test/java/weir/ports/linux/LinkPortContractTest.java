// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static weir.core.testing.Law.eventually;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import weir.core.SwitchConfig;
import weir.core.counter.DropReason;
import weir.core.port.Port;
import weir.core.port.PortState;
import weir.core.testing.Frames;
import weir.core.testing.PortContractTest;
import weir.ports.readiness.EpollIdleWait;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/**
 * The port contract for kinds of ports whose outside is a network interface of Linux: a TAP's own, or the other end of a
 * veth pair. A subclass opens the port in a namespace that is the test's own, where no protocol sends of its own accord,
 * and says which interface the outside uses.
 */
@RequiresFeature({Feature.ROOT, Feature.NETNS})
public abstract class LinkPortContractTest extends PortContractTest {
    private Netns netns;
    private RawSocket outside;

    /** Opens the port under test; what it needs besides goes into the namespace, which is removed after the test. */
    protected abstract Port open(Netns netns) throws Exception;

    /** Name of the port's interface inside the namespace. */
    protected abstract String ownLink();

    /** Name of the interface inside the namespace through which the outside sends and receives. */
    protected abstract String outsideLink();

    @Override
    protected final Port open() throws Exception {
        netns = new Netns().silent();
        try {
            Port port = open(netns);
            outside = RawSocket.open(netns.path(), outsideLink());
            return port;
        } catch (Exception | AssertionError e) {
            netns.close();
            throw e;
        }
    }

    @Override
    protected SwitchConfig configure(SwitchConfig config) {
        return config.withPoolMemory(new LinuxPoolMemory()).withIdleWait(EpollIdleWait::new);
    }

    @Override
    protected final void send(byte[] frame) throws Exception {
        outside.send(frame);
    }

    @Override
    protected final List<byte[]> received() throws Exception {
        return outside.received();
    }

    @Test
    void whatCannotLeaveByALinkThatIsDownIsDroppedAndCaptured() {
        netns.ip("link", "set", "dev", ownLink(), "down");
        eventually("the port knows", () -> state() == PortState.DOWN);
        List<byte[]> frames =
                IntStream.range(0, 20).mapToObj(PortContractTest::frame).toList();
        Frames.assertSameOrder(frames, transmitInVain(frames, DropReason.PORT_DOWN), "captured");
        assertEquals(Map.of(DropReason.PORT_DOWN, 20L), counters().egressDrops());
    }

    @Override
    protected final void outsideCloses() {
        outside.close();
        netns.close();
    }
}
