// SPDX-License-Identifier: Apache-2.0
package weir.control.demo;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.program.VerificationReport;
import weir.control.report.SwitchReport;

/**
 * What the TAP demo gave.
 *
 * @param stations the two hosts
 * @param pings one for each protocol
 * @param loads of programs, the second under traffic
 * @param refusal of a program that is not safe
 * @param bursts one for each direction
 * @param result the switch at the end
 */
@JsonNaming(SnakeCaseStrategy.class)
public record TapDemoReport(
        List<DemoStation> stations,
        List<Ping> pings,
        List<Load> loads,
        Refusal refusal,
        List<Burst> bursts,
        SwitchReport result) {
    /**
     * A program was loaded.
     *
     * @param replaced the program that decided before, while frames flowed; null for none
     * @param seconds it took to verify, compile, warm up and publish it
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Load(String program, @Nullable String replaced, double seconds) {}

    /**
     * A program was refused.
     *
     * @param still the program that went on deciding
     * @param verdict what the verifier says
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Refusal(String program, String still, VerificationReport verdict) {}

    /**
     * Echo requests from the first station to the second.
     *
     * @param rttMs average time there and back, null when nothing came back
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Ping(
            String target, int sent, int received, @Nullable Double rttMs) {}

    /**
     * UDP datagrams from one station to the other.
     *
     * @param sent counted by the sender
     * @param received counted by the receiver
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Burst(String from, String to, long sent, long received, double seconds, double mpps) {}

    /** Every ping answered, datagrams received both ways and every frame accounted for. */
    public boolean worked() {
        return result.law().holds()
                && pings.stream().allMatch(ping -> ping.received() == ping.sent())
                && bursts.stream().allMatch(burst -> burst.received() > 0);
    }
}
