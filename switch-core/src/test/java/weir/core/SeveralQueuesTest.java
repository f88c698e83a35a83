// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;
import weir.core.link.LinkSettings;
import weir.core.port.Port;
import weir.core.port.PortOptions;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.core.rate.StormLimits;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;

/** A port whose queues belong to different workers. */
class SeveralQueuesTest {
    private static final int QUEUES = 2;

    /** Lists of payloads, in and out. */
    private static final class ListQueue implements PortQueue {
        final ArrayDeque<byte[]> in = new ArrayDeque<>();
        final List<byte[]> out = new ArrayList<>();
        private QueueContext context;

        @Override
        public void attach(QueueContext lent) {
            context = lent;
        }

        void arrive(byte[] payload) {
            in.add(payload);
            context.doorbell().ring();
        }

        @Override
        public int receive(FrameBatch batch, int from, int budgetFrames) {
            FrameStore store = context.frames();
            int n = 0;
            while (n < budgetFrames && !in.isEmpty()) {
                byte[] payload = in.remove();
                long frame = Frame.withLength(store.allocate(context.account()), payload.length);
                store.pool().bytes(frame).copyFrom(MemorySegment.ofArray(payload));
                batch.frames()[from + n++] = frame;
            }
            return n;
        }

        @Override
        public void transmit(long[] frames, int from, int count) {
            long bytes = 0;
            for (int i = from; i < from + count; i++) {
                out.add(context.frames().pool().bytes(frames[i]).toArray(ValueLayout.JAVA_BYTE));
                bytes += Frame.length(frames[i]);
            }
            context.cells().transmitted(count, bytes);
            context.frames().release(frames, from, count);
        }

        @Override
        public void flush() {
            // transmit did it all
        }

        @Override
        public boolean hasInput() {
            return !in.isEmpty();
        }

        @Override
        public void detach() {
            in.clear();
        }
    }

    private static final class WidePort implements Port {
        final List<ListQueue> queues = List.of(new ListQueue(), new ListQueue());

        @Override
        public String spec() {
            return "test:wide";
        }

        @Override
        public int mtuBytes() {
            return 1500;
        }

        @Override
        public PortState state() {
            return PortState.UP;
        }

        @Override
        public List<ListQueue> queues() {
            return queues;
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    private static byte[] frame(int to, int from, int number) {
        return Frames.untagged(Frames.station(to), Frames.station(from), 64, number);
    }

    @Test
    void aWorkerSendsThroughItsOwnQueueAndFloodsOnce() throws Exception {
        // wide has a queue on each of two workers; a lives on the first worker, b on the second, c has neither.
        try (HandDrivenSwitch hand = new HandDrivenSwitch(config -> config.withWorkers(3))) {
            WidePort wide = new WidePort();
            hand.sw().attach(wide, PortOptions.named("wide"));
            hand.ports("c", "a", "b");
            ListQueue first = wide.queues.get(0);
            ListQueue second = wide.queues.get(1);

            hand.sendAndSettle("a", frame(9, 1, 0));
            hand.sendAndSettle("b", frame(9, 2, 1));
            hand.sendAndSettle("c", frame(9, 3, 2));
            assertEquals(3, first.out.size() + second.out.size(), "each flood once");
            Frames.assertSameFrames(List.of(frame(9, 1, 0), frame(9, 3, 2)), first.out, "through the first");
            Frames.assertSameFrames(List.of(frame(9, 2, 1)), second.out, "through the second");
            hand.portNames().forEach(hand::received);

            first.arrive(frame(2, 7, 3));
            second.arrive(frame(1, 7, 4));
            hand.settle();
            hand.assertReceived("b", frame(2, 7, 3));
            hand.assertReceived("a", frame(1, 7, 4));

            hand.sendAndSettle("b", frame(7, 2, 5));
            hand.sendAndSettle("a", frame(7, 1, 6));
            Frames.assertSameFrames(List.of(frame(7, 2, 5)), second.out.subList(1, second.out.size()), "second");
            Frames.assertSameFrames(List.of(frame(7, 1, 6)), first.out.subList(2, first.out.size()), "first");
            assertEquals(QUEUES, hand.sw().ports().getFirst().counters().received());
            hand.assertLaw();
            hand.sw().detach("wide");
        }
    }

    @Test
    void workersShareTheRateOfAnEmulatedLinkAndAStormLimit() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(config -> config.withWorkers(2))) {
            WidePort wide = new WidePort();
            hand.sw().attach(wide, PortOptions.named("wide").withStorm(StormLimits.parse("broadcast:100")));
            hand.ports("a", "b");
            ListQueue first = wide.queues.get(0);
            ListQueue second = wide.queues.get(1);
            int arrived = 0;
            for (int millis = 0; millis < 1000; millis++) {
                first.arrive(Frames.untagged(Frames.BROADCAST, Frames.station(7), 64, millis));
                second.arrive(Frames.untagged(Frames.BROADCAST, Frames.station(8), 64, millis));
                hand.advanceMillis(1);
                arrived += hand.received("a").size();
                hand.received("b");
            }
            assertEquals(100, arrived, 10.0, "storm limit over both queues");

            int before = first.out.size() + second.out.size();
            hand.sw().links().set("wide", LinkSettings.parse("direction:to,rate:512kbit"));
            for (int millis = 0; millis < 100; millis++) { // 64-byte frames: one a millisecond
                hand.send("a", frame(7, 1, millis));
                hand.send("b", frame(7, 2, millis));
                hand.advanceMillis(1);
            }
            assertEquals(100, first.out.size() + second.out.size() - before, 1.0, "rate over both queues");
            assertTrue(first.out.size() > 10 && second.out.size() > 10, "both are used");
            hand.advanceSeconds(1);
            hand.assertLaw();
            hand.sw().detach("wide");
        }
    }
}
