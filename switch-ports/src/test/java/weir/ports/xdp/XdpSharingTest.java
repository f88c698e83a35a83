// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.core.testing.Law.eventually;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;
import weir.core.port.PortOptions;
import weir.core.port.PortQueue;
import weir.core.port.QueueContext;
import weir.core.testing.Frames;
import weir.core.testing.ObservedPort;
import weir.ports.linux.LinuxPoolMemory;
import weir.ports.linux.RawSocket;
import weir.ports.readiness.EpollIdleWait;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Several AF_XDP ports on the one memory of a switch; the test plays the worker. */
@RequiresFeature({Feature.ROOT, Feature.BPF_PROGRAMS, Feature.NETNS})
@Timeout(300)
class XdpSharingTest {
    private final Map<String, ObservedPort> ports = new HashMap<>();
    private final Map<String, RawSocket> outsides = new HashMap<>();
    private Netns netns;
    private Switch sw;

    @BeforeEach
    void start() {
        netns = new Netns().silent();
        sw = Switch.create(SwitchConfig.named("sharing")
                .withPoolMemory(new LinuxPoolMemory())
                .withIdleWait(EpollIdleWait::new)
                .withoutThreads());
    }

    @AfterEach
    void everySlotIsBack() {
        List.copyOf(ports.keySet()).forEach(this::detach);
        assertEquals(0, sw.slotsInUse());
        sw.close();
        netns.close();
    }

    private void attach(String name) throws Exception {
        netns.ip("link", "add", "name", name, "type", "veth", "peer", "name", name + "-far");
        netns.ip("link", "set", name, "up");
        netns.ip("link", "set", name + "-far", "up");
        ObservedPort port = new ObservedPort(XdpPort.open("xdp:" + name + "?netns=" + netns.path()));
        sw.attach(port, PortOptions.named(name));
        port.queue().keepFromWorker(true);
        ports.put(name, port);
        outsides.put(name, RawSocket.open(netns.path(), name + "-far"));
    }

    private void detach(String name) {
        ports.remove(name);
        outsides.remove(name).close();
        assertTrue(sw.detach(name));
    }

    private PortQueue queue(String name) {
        return ports.get(name).queue().inner();
    }

    private QueueContext context(String name) {
        return ports.get(name).queue().context();
    }

    /** Lets the outside send, and takes the frame as it lies in the pool. */
    private long received(String name, byte[] payload) throws Exception {
        outsides.get(name).send(payload);
        FrameBatch batch = new FrameBatch(64);
        eventually("a frame arrives at " + name, () -> queue(name).receive(batch, 0, 1) == 1);
        return batch.frames()[0];
    }

    private void sent(String name, long frame) {
        queue(name).transmit(new long[] {frame}, 0, 1);
    }

    private void assertOutsideGets(String name, byte[] payload) {
        List<byte[]> got = new ArrayList<>();
        eventually("the outside of " + name + " gets a frame", () -> {
            try {
                got.addAll(outsides.get(name).received());
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            return !got.isEmpty();
        });
        assertArrayEquals(payload, got.getFirst());
    }

    private void assertCrosses(String from, String to) throws Exception {
        byte[] payload = Frames.untagged(Frames.station(1), Frames.station(2), 700, 1);
        FrameStore store = context(from).frames();
        int before = sw.slotsInUse();

        long frame = received(from, payload);
        assertEquals(before + 1, sw.slotsInUse(), "another slot took its place with the kernel");
        sent(to, frame);
        assertEquals(before + 1, sw.slotsInUse(), "no slot was taken to send it from");
        queue(to).flush();

        assertOutsideGets(to, payload);
        awaitSlots(before, to); // the slot comes back from the other port
        assertTrue(store.pool().contains(frame));
    }

    /** The kernel gives a slot back when the frame has been taken at the other end. */
    private void awaitSlots(int count, String... ports) {
        eventually(count + " slots are in use", () -> {
            for (String port : ports) {
                boolean _ = queue(port).hasInput(); // takes back what was sent
            }
            return sw.slotsInUse() == count;
        });
    }

    @Test
    void frameCrossesInTheSlotThatItArrivedIn() throws Exception {
        attach("pa");
        attach("pb");
        assertCrosses("pa", "pb");
        assertCrosses("pb", "pa");
        assertCrosses("pa", "pa");
    }

    @Test
    void frameSentByTwoPortsIsFreeOnlyWhenBothAreDone() throws Exception {
        attach("pa");
        attach("pb");
        attach("pc");
        byte[] payload = Frames.untagged(Frames.station(1), Frames.station(2), 80, 2);
        int before = sw.slotsInUse();
        long frame = received("pa", payload);
        context("pa").frames().share(frame, 1);
        sent("pb", frame);
        sent("pc", frame);

        queue("pb").flush();
        assertEquals(before + 1, sw.slotsInUse(), "pc has still to send it");
        queue("pc").flush();

        awaitSlots(before, "pb", "pc");
        assertOutsideGets("pb", payload);
        assertOutsideGets("pc", payload);
    }

    @Test
    void memoryOutlivesThePortThatBroughtIt() throws Exception {
        attach("pa");
        attach("pb");
        detach("pa");
        attach("pc");
        assertCrosses("pb", "pc");
        detach("pb");
        attach("pd");
        assertCrosses("pc", "pd");
    }

    @Test
    void portOfALostInterfaceIsNoPartner() throws Exception {
        attach("pa");
        netns.ip("link", "delete", "pa-far");
        attach("pb");
        attach("pc");
        assertCrosses("pb", "pc");
    }
}
