// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

/** What a worker does when a round found nothing. */
public enum WaitMode {
    /** Never sleeps: lowest latency, one core all the time. */
    BUSY(1024),
    /** Polls some rounds more, then sleeps. */
    ADAPTIVE(256),
    /** Sleeps after the first round without work. */
    BLOCKING(1);

    private final int emptyRoundsBeforeParking;

    WaitMode(int emptyRoundsBeforeParking) {
        this.emptyRoundsBeforeParking = emptyRoundsBeforeParking;
    }

    /** Rounds in which an input gave nothing before the worker stops polling it. */
    int emptyRoundsBeforeParking() {
        return emptyRoundsBeforeParking;
    }
}
