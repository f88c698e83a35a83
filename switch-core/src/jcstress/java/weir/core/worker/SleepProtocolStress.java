// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;
import weir.core.ring.SpscRing;

/** Doorbells and sleep: whatever the moment at which input comes, the worker polls it, finds it or is woken. */
public final class SleepProtocolStress {
    private SleepProtocolStress() {}

    /** An input that is a ring, as a port's queue is. */
    static final class RingBehindABell extends WorkerInput {
        final SpscRing ring = new SpscRing(2);
        private final Doorbell bell;

        RingBehindABell(WakeupList list) {
            bell = new Doorbell(list, this);
        }

        @Override
        int poll() {
            int n = ring.consumer().available();
            ring.consumer().advance(n);
            return n;
        }

        @Override
        boolean hasInput() {
            return ring.consumer().available() > 0;
        }

        @Override
        public Doorbell doorbell() {
            return bell;
        }

        void send() {
            ring.producer().put(1);
            ring.producer().publish();
            bell.ring();
        }
    }

    @JCStressTest
    @Outcome(id = "polls on", expect = ACCEPTABLE, desc = "the input came before the worker would have parked it")
    @Outcome(id = "announced", expect = ACCEPTABLE, desc = "parked, and the producer put the bell on the list")
    @Outcome(id = "LOST", expect = FORBIDDEN, desc = "parked with input, and nobody will tell the worker")
    @Outcome(expect = FORBIDDEN, desc = "polled and announced at once")
    @State
    public static class ParkAgainstRing {
        private final WakeupList list = new WakeupList(() -> {});
        private final RingBehindABell input = new RingBehindABell(list);
        private boolean parked;

        @Actor
        public void producer() {
            input.send();
        }

        @Actor
        public void worker() {
            parked = input.doorbell().park();
        }

        @Arbiter
        public void rest(L_Result r) {
            boolean announced = list.takeAll() == input.doorbell();
            if (parked) {
                r.r1 = announced ? "announced" : "LOST";
            } else {
                r.r1 = announced ? "both" : "polls on";
            }
        }
    }

    @JCStressTest
    @Outcome(id = "found", expect = ACCEPTABLE, desc = "the worker found the bell and stays awake")
    @Outcome(id = "woken", expect = ACCEPTABLE, desc = "the worker went to sleep and was woken")
    @Outcome(id = "found and woken", expect = ACCEPTABLE, desc = "both: one call too many, no harm")
    @Outcome(expect = FORBIDDEN, desc = "the worker sleeps on a bell that rang")
    @State
    public static class SleepAgainstPush {
        private volatile boolean woken;
        private final WakeupList list = new WakeupList(() -> woken = true);
        private final RingBehindABell input = new RingBehindABell(list);
        private boolean found;

        public SleepAgainstPush() {
            input.doorbell().park();
        }

        @Actor
        public void producer() {
            input.send();
        }

        @Actor
        public void worker() {
            list.goToSleep();
            found = !list.isEmpty();
        }

        @Arbiter
        public void rest(L_Result r) {
            r.r1 = found ? (woken ? "found and woken" : "found") : (woken ? "woken" : "LOST");
        }
    }

    @JCStressTest
    @Outcome(
            id = "served",
            expect = ACCEPTABLE,
            desc = "the frame was taken, or the worker is awake or woken to take it")
    @Outcome(id = "LOST", expect = FORBIDDEN, desc = "the worker sleeps, and a frame waits")
    @State
    public static class WholeProtocol {
        private volatile boolean woken;
        private final WakeupList list = new WakeupList(() -> woken = true);
        private final RingBehindABell input = new RingBehindABell(list);
        private boolean asleep;

        @Actor
        public void producer() {
            input.send();
        }

        @Actor
        public void worker() {
            boolean polled = input.poll() > 0 || !input.doorbell().park();
            if (!polled && list.takeAll() == null) {
                list.goToSleep();
                asleep = list.isEmpty();
            }
        }

        @Arbiter
        public void rest(L_Result r) {
            boolean waits = input.ring.consumer().available() > 0;
            r.r1 = asleep && waits && !woken ? "LOST" : "served";
        }
    }

    /** Takes what rang: "1" for one bell, "2" for any other. */
    private static String taken(WakeupList list, RingBehindABell one) {
        StringBuilder text = new StringBuilder();
        for (Doorbell bell = list.takeAll(); bell != null && text.length() < 5; bell = bell.next) {
            text.append(bell.input() == one ? '1' : '2');
        }
        return text.toString();
    }

    @JCStressTest
    @Outcome(id = "each once", expect = ACCEPTABLE, desc = "both bells were taken once")
    @Outcome(expect = FORBIDDEN, desc = "a bell was lost or taken twice")
    @State
    public static class TwoBellsRingAtOnce {
        private final WakeupList list = new WakeupList(() -> {});
        private final RingBehindABell one = new RingBehindABell(list);
        private final RingBehindABell two = new RingBehindABell(list);
        private String taken = "";

        public TwoBellsRingAtOnce() {
            one.doorbell().park();
            two.doorbell().park();
        }

        @Actor
        public void producer() {
            one.send();
        }

        @Actor
        public void otherProducer() {
            two.send();
        }

        @Arbiter
        public void rest(L_Result r) {
            taken += taken(list, one);
            r.r1 = taken.equals("12") || taken.equals("21") ? "each once" : taken;
        }
    }

    @JCStressTest
    @Outcome(id = "each once", expect = ACCEPTABLE, desc = "both bells were taken once")
    @Outcome(expect = FORBIDDEN, desc = "a bell was lost or taken twice")
    @State
    public static class BellsRingWhileTheWorkerTakesThem {
        private final WakeupList list = new WakeupList(() -> {});
        private final RingBehindABell one = new RingBehindABell(list);
        private final RingBehindABell two = new RingBehindABell(list);
        private String taken = "";

        public BellsRingWhileTheWorkerTakesThem() {
            one.doorbell().park();
            two.doorbell().park();
        }

        @Actor
        public void producer() {
            one.send();
            two.send();
        }

        @Actor
        public void worker() {
            taken += taken(list, one);
        }

        @Arbiter
        public void rest(L_Result r) {
            taken += taken(list, one);
            r.r1 = taken.equals("12") || taken.equals("21") ? "each once" : taken;
        }
    }

    @JCStressTest
    @Outcome(id = "once", expect = ACCEPTABLE, desc = "the bell is on the list once though two threads rang it")
    @Outcome(expect = FORBIDDEN, desc = "the bell was lost, or is on the list twice")
    @State
    public static class TwoThreadsRingOneBell {
        private final WakeupList list = new WakeupList(() -> {});
        private final RingBehindABell input = new RingBehindABell(list);

        public TwoThreadsRingOneBell() {
            input.doorbell().park();
        }

        @Actor
        public void producer() {
            input.doorbell().ring();
        }

        @Actor
        public void otherProducer() {
            input.doorbell().ring();
        }

        @Arbiter
        public void rest(L_Result r) {
            Doorbell bell = list.takeAll();
            r.r1 = bell == input.doorbell() && bell.next == null ? "once" : "lost or twice";
        }
    }
}
