// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

import java.util.List;

/**
 * What one port is to send in a trial: frames of one length, between stations in turn, one step after the other.
 *
 * @param port that sends
 * @param frameBytes length without FCS
 * @param sources addresses, used in turn; see {@link Stations}
 * @param destinations addresses, used in turn beside the sources
 * @param flows different pairs of IP address and UDP port
 * @param steps rates, one after the other
 */
public record Stream(int port, int frameBytes, Addresses sources, Addresses destinations, int flows, List<Step> steps) {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double PATIENCE_SECONDS = 60;

    /**
     * So many frames at that rate.
     *
     * @param pps {@link weir.control.gen.GenSettings#UNLIMITED} for as fast as port and tester can
     * @param frames to be sent; with a limited rate what is not sent in time is not sent at all
     * @param seconds the time for it
     */
    public record Step(double pps, long frames, double seconds) {
        /** All frames that are due in a time. */
        public static Step at(double pps, double seconds) {
            return new Step(pps, Math.max(1, Math.round(pps * seconds)), seconds);
        }

        /** So many frames, in the time that they take. */
        public static Step of(double pps, long frames) {
            return new Step(pps, frames, frames / pps);
        }

        /** So many frames, all of them: who falls behind takes longer. */
        public static Step unhurried(double pps, long frames) {
            return new Step(pps, frames, frames / pps + PATIENCE_SECONDS);
        }

        /** As many as can be in a time. */
        public static Step fullSpeed(double seconds) {
            return new Step(Double.POSITIVE_INFINITY, Long.MAX_VALUE, seconds);
        }

        /** So many as fast as can be; at most a time. */
        public static Step burst(long frames, double seconds) {
            return new Step(Double.POSITIVE_INFINITY, frames, seconds);
        }

        /** Whether it says how many frames there are to be. */
        boolean isCounted() {
            return frames != Long.MAX_VALUE;
        }

        /** The time that it takes at its rate; 0 for a burst. */
        double plannedSeconds() {
            return isCounted() ? frames / pps : seconds;
        }

        long nanos() {
            return (long) (seconds * NANOS_PER_SECOND);
        }
    }

    public Stream {
        steps = List.copyOf(steps);
    }

    /** One step. */
    public Stream(int port, int frameBytes, Addresses sources, Addresses destinations, int flows, Step step) {
        this(port, frameBytes, sources, destinations, flows, List.of(step));
    }

    /** The same from port to port, at another rate. */
    public Stream at(Step step) {
        return in(List.of(step));
    }

    /** The same from port to port, at other rates. */
    public Stream in(List<Step> newSteps) {
        return new Stream(port, frameBytes, sources, destinations, flows, newSteps);
    }
}
