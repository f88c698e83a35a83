// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import java.util.List;
import java.util.function.LongSupplier;
import weir.control.tester.OwnSwitch;
import weir.core.SwitchConfig;
import weir.core.fdb.FdbConfig;
import weir.core.port.PortException;

/**
 * The real switch in virtual time: without threads, its rounds are the tester's turns, and each look at the clock takes a
 * moment. What a trial gives depends on nothing but the code.
 */
final class VirtualSwitch {
    /** What a look at the clock takes. */
    private static final long TICK_NANOS = 200;

    private VirtualSwitch() {}

    private static final class Clock implements LongSupplier {
        private long now = 1_000_000_000L;

        @Override
        public long getAsLong() {
            now += TICK_NANOS;
            return now;
        }
    }

    static SwitchConfig config() {
        return SwitchConfig.named("dut").withoutThreads().withClock(new Clock());
    }

    static OwnSwitch of(int ports, FdbConfig fdb, OwnSwitch.Preparation preparation) throws PortException {
        return new OwnSwitch(ports, config().withFdb(fdb), preparation);
    }

    static OwnSwitch of(int ports) throws PortException {
        return of(ports, FdbConfig.defaults(), sw -> {});
    }

    /** Short trials, as the RFC says but for their length. */
    static TrialSettings trials(List<Integer> sizes, double seconds) {
        return new TrialSettings(sizes, seconds, 0.02, 0, 1, 0, 1, 2, 0, 1, 1);
    }

    static TrialSettings onLines(TrialSettings trials, long bitsPerSecond) {
        return new TrialSettings(
                trials.frameSizes(),
                trials.seconds(),
                trials.settleSeconds(),
                trials.warmUpSeconds(),
                trials.resolutionPercent(),
                trials.acceptedLossPercent(),
                trials.attempts(),
                trials.repeats(),
                bitsPerSecond,
                trials.stations(),
                trials.flows());
    }
}
