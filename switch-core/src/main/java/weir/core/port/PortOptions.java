// SPDX-License-Identifier: Apache-2.0
package weir.core.port;

import java.util.regex.Pattern;
import weir.core.rate.StormLimits;

/**
 * What is decided when a port is attached.
 *
 * @param name unique in the switch, 1 to 15 of letters, digits, {@code . _ : -}; empty: taken from the
 *     spec or made up
 * @param number 1 to 65535, the number that programs see; 0: the next that this switch never used
 * @param vlan how tags are treated
 * @param hairpin frames may go out of the port they came in by
 * @param storm how many frames a second that come in by it may flood
 */
public record PortOptions(String name, int number, VlanMode vlan, boolean hairpin, StormLimits storm) {
    /** Highest port number; part of the program ABI. */
    public static final int MAX_NUMBER = 65_535;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._:-]{0,15}");

    public static final PortOptions DEFAULT = new PortOptions("", 0, VlanMode.UNAWARE, false, StormLimits.NONE);

    public PortOptions {
        if (!NAME.matcher(name).matches() || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException(
                    "port name '" + printable(name) + "' is not 1 to 15 letters, digits or . _ : -");
        }
        if (number < 0 || number > MAX_NUMBER) {
            throw new IllegalArgumentException("port number " + number + " is out of range [1, " + MAX_NUMBER + "]");
        }
    }

    /** Default options with a name. */
    public static PortOptions named(String name) {
        return DEFAULT.withName(name);
    }

    public PortOptions withName(String newName) {
        return new PortOptions(newName, number, vlan, hairpin, storm);
    }

    public PortOptions withNumber(int newNumber) {
        return new PortOptions(name, newNumber, vlan, hairpin, storm);
    }

    public PortOptions withVlan(VlanMode newVlan) {
        return new PortOptions(name, number, newVlan, hairpin, storm);
    }

    public PortOptions withHairpin(boolean newHairpin) {
        return new PortOptions(name, number, vlan, newHairpin, storm);
    }

    public PortOptions withStorm(StormLimits limits) {
        return new PortOptions(name, number, vlan, hairpin, limits);
    }

    private static String printable(String text) {
        String shown = text.length() <= 32 ? text : text.substring(0, 32) + "...";
        return shown.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
