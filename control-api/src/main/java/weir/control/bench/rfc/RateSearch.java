// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import weir.control.tester.Outcome;

/**
 * Looks for the highest rate at which a trial passes (RFC 2544, 26.1): from the highest one there is downwards, then between
 * the highest that passed and the lowest that did not. Knows nothing of frames and time.
 *
 * <p>Where nothing has passed yet, the next rate is what the device forwarded of too much, if that is a guess at all.
 */
final class RateSearch {
    private static final double GUESS_FROM = 1.0 / 64;
    private static final double GUESS_TO = 0.95;
    private static final double HALF = 0.5;

    private final double resolution;
    private final double floor;
    private final int attempts;
    private int trials;
    private double highestForwarded;

    /** Runs a trial. */
    @FunctionalInterface
    interface Trials {
        Probe at(double pps) throws InterruptedException;
    }

    /**
     * What a trial gave.
     *
     * @param forwardedPps frames a second that the device delivered
     */
    record Probe(Outcome outcome, double forwardedPps) {}

    /**
     * What was found.
     *
     * @param pps highest rate that passed; 0 when none did
     * @param limit how the lowest rate above went; {@code PASSED} when there is none above
     * @param trials that it took
     * @param highestForwardedPps maximum forwarding rate (RFC 2285, 3.6.3) of all trials
     */
    record Found(double pps, Outcome limit, int trials, double highestForwardedPps) {}

    /**
     * How to look.
     *
     * @param resolution share of the rate to which it is known in the end, more than 0
     * @param floor lower rates are not tried
     * @param attempts a rate has failed when so many trials in a row have, 1 and more
     */
    RateSearch(double resolution, double floor, int attempts) {
        if (!(resolution > 0 && resolution < 1) || attempts < 1) {
            throw new IllegalArgumentException("resolution=" + resolution + ", attempts=" + attempts);
        }
        this.resolution = resolution;
        this.floor = floor;
        this.attempts = attempts;
    }

    /** @param top the highest rate there is */
    Found find(double top, Trials device) throws InterruptedException {
        Probe failed = probe(top, device);
        if (failed.outcome() == Outcome.PASSED) {
            return new Found(top, Outcome.PASSED, trials, highestForwarded);
        }
        double passes = 0;
        double fails = top;
        while (fails - passes > resolution * fails && fails > floor) {
            double next = passes > 0 ? (passes + fails) * HALF : firstBelow(fails, failed.forwardedPps());
            Probe probe = probe(next, device);
            if (probe.outcome() == Outcome.PASSED) {
                passes = next;
            } else {
                fails = next;
                failed = probe;
            }
        }
        return new Found(passes, failed.outcome(), trials, highestForwarded);
    }

    private static double firstBelow(double fails, double forwarded) {
        return forwarded > fails * GUESS_FROM && forwarded < fails * GUESS_TO ? forwarded : fails * HALF;
    }

    private Probe probe(double pps, Trials device) throws InterruptedException {
        Probe last = new Probe(Outcome.LATE, 0);
        for (int i = 0; i < attempts && last.outcome() != Outcome.PASSED; i++) {
            trials++;
            last = device.at(pps);
            highestForwarded = Math.max(highestForwarded, last.forwardedPps());
        }
        return last;
    }
}
