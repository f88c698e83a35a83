// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** Slots on their way home over the reverse rings: none lost, none given out twice. */
public final class SlotReturnStress {
    private SlotReturnStress() {}

    private static final int ACCOUNT = 5;

    /** A pool whose bytes nobody touches. */
    static FramePool pool() {
        return new FramePool(new PoolConfig(64, 0, 64), 3, (lengthBytes, arena) -> MemorySegment.NULL);
    }

    @JCStressTest
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "the home looked before the return was published")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the home saw the first return")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "the home saw both")
    @Outcome(expect = FORBIDDEN, desc = "a slot was lost or returned twice")
    @State
    public static class AForeignWorkerReleases {
        private final FrameStore home;
        private final FrameStore foreign;
        private final long one;
        private final long two;

        public AForeignWorkerReleases() {
            FramePool pool = pool();
            home = pool.store(0);
            foreign = pool.store(1);
            one = home.allocate(ACCOUNT);
            two = home.allocate(ACCOUNT);
            home.handOver(one);
            home.handOver(two);
            foreign.adopt(one);
            foreign.adopt(two);
        }

        @Actor
        public void foreignWorker() {
            foreign.release(one);
            foreign.publishReturns();
            foreign.release(two);
            foreign.publishReturns();
        }

        @Actor
        public void homeWorker(LL_Result r) {
            home.reclaim();
            r.r1 = home.used(ACCOUNT);
        }

        @Arbiter
        public void rest(LL_Result r) {
            home.reclaim();
            r.r2 = home.slotsInUse();
        }
    }

    @JCStressTest
    @Outcome(id = "back once", expect = ACCEPTABLE, desc = "the last holder freed the slot, whoever it was")
    @Outcome(expect = FORBIDDEN, desc = "the slot was lost or freed twice")
    @State
    public static class HomeAndForeignWorkerShareAFlood {
        private final FrameStore home;
        private final FrameStore foreign;
        private final long frame;

        public HomeAndForeignWorkerShareAFlood() {
            FramePool pool = pool();
            home = pool.store(0);
            foreign = pool.store(1);
            frame = home.allocate(ACCOUNT);
            home.share(frame, 2); // two local holders and one foreign worker
            foreign.adoptShared(frame, 2);
        }

        @Actor
        public void foreignWorker() {
            foreign.release(frame);
            foreign.release(frame);
            foreign.publishReturns();
        }

        @Actor
        public void homeWorker() {
            home.release(frame);
            home.reclaim();
            home.release(frame);
        }

        @Arbiter
        public void rest(L_Result r) {
            home.reclaim();
            boolean backOnce = home.slotsInUse() == 0 && home.used(ACCOUNT) == 0;
            r.r1 = backOnce ? "back once" : home.slotsInUse() + " in use, " + home.used(ACCOUNT) + " charged";
        }
    }

    @JCStressTest
    @Outcome(id = "back once", expect = ACCEPTABLE, desc = "both foreign workers returned their hold")
    @Outcome(expect = FORBIDDEN, desc = "the slot was lost or freed twice")
    @State
    public static class TwoForeignWorkersShareAFlood {
        private final FrameStore home;
        private final FrameStore second;
        private final FrameStore third;
        private final long frame;

        public TwoForeignWorkersShareAFlood() {
            FramePool pool = pool();
            home = pool.store(0);
            second = pool.store(1);
            third = pool.store(2);
            frame = home.allocate(ACCOUNT);
            home.share(frame, 1);
            second.adoptShared(frame, 1);
            third.adoptShared(frame, 1);
        }

        @Actor
        public void secondWorker() {
            second.release(frame);
            second.publishReturns();
        }

        @Actor
        public void thirdWorker() {
            third.release(frame);
            third.publishReturns();
        }

        @Arbiter
        public void rest(L_Result r) {
            home.reclaim();
            boolean backOnce = home.slotsInUse() == 0 && home.used(ACCOUNT) == 0;
            r.r1 = backOnce ? "back once" : home.slotsInUse() + " in use, " + home.used(ACCOUNT) + " charged";
        }
    }

    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "the release from outside took effect")
    @Outcome(expect = FORBIDDEN, desc = "the slot was lost or freed twice")
    @State
    public static class AUserReleasesFromOutside {
        private final FrameStore home = pool().store(0);
        private final long one = home.allocate(ACCOUNT);
        private final long two = home.allocate(ACCOUNT);

        @Actor
        public void user() {
            home.releaseLater(one);
        }

        @Actor
        public void worker() {
            home.release(two);
            home.reclaim();
        }

        @Arbiter
        public void rest(L_Result r) {
            r.r1 = home.slotsInUse();
        }
    }
}
