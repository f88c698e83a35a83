// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import java.util.List;
import weir.control.tester.Outcome;
import weir.control.tester.Stations;
import weir.control.tester.Stream;
import weir.control.tester.TrialResult;

/**
 * How many addresses a device keeps, and how fast it learns them (RFC 2889, 5.7 and 5.8). Of the first three ports one learns,
 * one tests and one watches: frames from the second to addresses behind the first must not come to the third.
 *
 * <p>A device that cannot be told to forget keeps what it learned in rounds before. Rounds begin with the same addresses, so
 * that a table which refuses what it has no room for still shows its capacity.
 */
final class Rfc2889Addresses {
    /** Frames that teach and test, a second, where their rate is not what is looked for. */
    static final double PPS = 20_000;

    private static final int LEARNING_PORT = 0;
    private static final int TEST_PORT = 1;
    private static final int FIRST_TRY = 64;

    /** Of a device that does not forget, to have room for those of all rounds. */
    private static final int SHARE_OF_ONE_ROUND = 32;

    private static final int FEWEST = 16;

    /** A few frames are over so soon that their time says more than whether all were sent. */
    private static final double OFFERED_SHARE = 0.95;

    private final RateTrials trials;
    private final TrialSettings settings;
    private final int frameBytes;
    private int firstStation;

    Rfc2889Addresses(RateTrials trials, TrialSettings settings) {
        this.trials = trials;
        this.settings = settings;
        frameBytes = settings.frameSizes().getFirst() - TrialSettings.FCS_BYTES;
    }

    /** Numbers of addresses that are tried at most, to find one up to this. */
    static int roundsOf(int most) {
        return 2 * (Integer.SIZE - Integer.numberOfLeadingZeros(most));
    }

    /**
     * What was found.
     *
     * @param addresses largest number for which nothing is flooded; 0 when there is none
     * @param flooded at the lowest number above; 0 when there is none
     */
    record Largest(int addresses, long flooded) {}

    /**
     * Looks for it by doubling and then halving; pure.
     *
     * @param flooded how many frames are, of so many addresses
     */
    static Largest largest(int most, FloodTrials flooded) throws InterruptedException {
        int holds = 0;
        int fails = most + 1;
        long leaked = 0;
        int next = Math.min(FIRST_TRY, most);
        while (fails - holds > 1) {
            long seen = flooded.of(next);
            if (seen == 0) {
                holds = next;
            } else {
                fails = next;
                leaked = seen;
            }
            next = fails > most ? (int) Math.min(2L * holds, most) : (holds + fails) / 2;
        }
        return new Largest(holds, leaked);
    }

    /** Tries a number of addresses; returns how many frames were flooded or lost. */
    @FunctionalInterface
    interface FloodTrials {
        long of(int addresses) throws InterruptedException;
    }

    Rfc2889Report.CachingRow capacity(int most) throws InterruptedException {
        Largest found = largest(most, addresses -> {
            trials.tell("address caching: " + addresses + " addresses");
            forget();
            learn(Stream.Step.unhurried(PPS, addresses), addresses);
            return flooded(addresses);
        });
        int addresses = found.addresses();
        return new Rfc2889Report.CachingRow(addresses, addresses + 1, addresses == most, found.flooded());
    }

    /** @param capacity that {@link #capacity} found */
    Rfc2889Report.LearningRow learningRate(int capacity) throws InterruptedException {
        boolean forgets = trials.device().forgetAddresses();
        int addresses = forgets ? capacity : Math.max(FEWEST, capacity / SHARE_OF_ONE_ROUND);
        TrialResult full = learnAnew(Stream.Step.burst(addresses, settings.seconds()), addresses, forgets);
        double top = full.offered() / full.seconds();
        RateSearch search = new RateSearch(
                settings.resolutionPercent() / TrialSettings.PERCENT,
                addresses / settings.seconds(),
                settings.attempts());
        RateSearch.Found found = search.find(top, pps -> {
            trials.tell("address learning", pps);
            TrialResult lesson = learnAnew(Stream.Step.of(pps, addresses), addresses, forgets);
            boolean isOffered = lesson.offered() == lesson.intended() && lesson.offeredPps() >= pps * OFFERED_SHARE;
            Outcome notOffered = lesson.heldUp() ? Outcome.REFUSED : Outcome.LATE;
            Outcome outcome = !isOffered ? notOffered : flooded(addresses) == 0 ? Outcome.PASSED : Outcome.LOST;
            return new RateSearch.Probe(outcome, 0);
        });
        Limit limit = found.limit() == Outcome.PASSED
                ? full.heldUp() ? Limit.of(Outcome.REFUSED, trials.device()) : Limit.TESTER
                : Limit.of(found.limit(), trials.device());
        return new Rfc2889Report.LearningRow(addresses, found.pps(), limit);
    }

    private TrialResult learnAnew(Stream.Step step, int addresses, boolean forgets) throws InterruptedException {
        if (!forgets) {
            firstStation = (firstStation + addresses) % (Stations.MAX_STATIONS - addresses);
        }
        forget();
        return learn(step, addresses);
    }

    /** The testing port's own address is learned first. */
    private void forget() throws InterruptedException {
        boolean _ = trials.device().forgetAddresses();
        trials.teach(new Load(frameBytes, List.of(fromTestPort(1, Stream.Step.unhurried(PPS, 1)))));
    }

    /** Frames from each address to itself, which nobody is to get. */
    private TrialResult learn(Stream.Step step, int addresses) throws InterruptedException {
        Stream lessons = new Stream(
                LEARNING_PORT,
                frameBytes,
                Stations.of(LEARNING_PORT, firstStation, addresses),
                Stations.of(LEARNING_PORT, firstStation, addresses),
                1,
                step);
        return trials.trial(List.of(lessons));
    }

    private Stream fromTestPort(int addresses, Stream.Step step) {
        return new Stream(
                TEST_PORT,
                frameBytes,
                Stations.of(TEST_PORT, 0, 1),
                Stations.of(LEARNING_PORT, firstStation, addresses),
                1,
                step);
    }

    /** One frame to each address; those that others got, too, and those that did not arrive. */
    private long flooded(int addresses) throws InterruptedException {
        TrialResult result = trials.trial(List.of(fromTestPort(addresses, Stream.Step.unhurried(PPS, addresses))));
        return result.flooded() + result.lost();
    }
}
