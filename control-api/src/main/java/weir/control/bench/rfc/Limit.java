// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import weir.control.tester.DeviceUnderTest;
import weir.control.tester.Outcome;

/** What kept a rate from being higher. */
public enum Limit {
    /** The device lost frames, or its own ports took no more. */
    DEVICE,
    /** A port between tester and device took no more. */
    PORT,
    /** The tester could not offer or take more: the device may well be faster. */
    TESTER,
    /** Nothing: it is the rate of the line. */
    LINE;

    /** Of a trial that did not pass. */
    static Limit of(Outcome outcome, DeviceUnderTest device) {
        return switch (outcome) {
            case LOST -> DEVICE;
            case REFUSED -> device.hasOwnEnds() ? DEVICE : PORT;
            case LATE -> TESTER;
            case PASSED -> throw new IllegalArgumentException("a trial that passed limits nothing");
        };
    }

    /** As JSON has it. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
