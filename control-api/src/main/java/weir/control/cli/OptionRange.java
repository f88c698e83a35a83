// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Numbers that options take, both ends included; what is no number is out of every range. */
final class OptionRange {
    private OptionRange() {}

    /** @throws ParameterException that names the option, what was given and the range */
    static void require(CommandLine command, String option, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw outOfRange(command, option, String.valueOf(value), min + ", " + max);
        }
    }

    /** @throws ParameterException that names the option, what was given and the range */
    static void require(CommandLine command, String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw outOfRange(command, option, String.valueOf(value), min + ", " + max);
        }
    }

    private static ParameterException outOfRange(CommandLine command, String option, String value, String range) {
        return new ParameterException(command, option + " " + value + " is out of range [" + range + "]");
    }
}
