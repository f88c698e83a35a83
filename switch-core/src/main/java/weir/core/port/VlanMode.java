// SPDX-License-Identifier: Apache-2.0
package weir.core.port;

import java.util.BitSet;
import java.util.regex.Pattern;

/** How a port treats IEEE 802.1Q tags. */
public sealed interface VlanMode {
    /** Highest usable VLAN identifier; 4095 is reserved (IEEE 802.1Q-2018, table 9-2). */
    int MAX_VLAN = 4094;

    /** Tags pass untouched; the port talks with the other unaware ports only. */
    record Unaware() implements VlanMode {
        @Override
        public String toString() {
            return "unaware";
        }
    }

    /**
     * Untagged frames of one VLAN. Tagged ones are refused, except priority tags (VID 0).
     *
     * @param vlan 1 to 4094
     */
    record Access(int vlan) implements VlanMode {
        public Access {
            checkVlan(vlan);
        }

        @Override
        public String toString() {
            return "access:" + vlan;
        }
    }

    /**
     * Tagged frames of several VLANs.
     *
     * @param vlans members, 1 to 4094
     * @param nativeVlan VLAN of untagged frames both ways, or 0 when untagged frames are refused
     */
    record Trunk(BitSet vlans, int nativeVlan) implements VlanMode {
        public Trunk {
            vlans = (BitSet) vlans.clone();
            if (vlans.isEmpty()) {
                throw new IllegalArgumentException("a trunk needs at least one VLAN");
            }
            checkVlan(vlans.nextSetBit(0));
            checkVlan(vlans.length() - 1);
            if (nativeVlan != 0) {
                checkVlan(nativeVlan);
                vlans.set(nativeVlan);
            }
        }

        @Override
        public BitSet vlans() {
            return (BitSet) vlans.clone();
        }

        @Override
        public String toString() {
            StringBuilder list = new StringBuilder("trunk:");
            for (int from = vlans.nextSetBit(0); from >= 0; ) {
                int to = vlans.nextClearBit(from) - 1;
                list.append(from).append(to > from ? "-" + to : "");
                from = vlans.nextSetBit(to + 1);
                list.append(from >= 0 ? "," : "");
            }
            return list + (nativeVlan == 0 ? "" : ",native=" + nativeVlan);
        }
    }

    /** The default of a port. */
    VlanMode UNAWARE = new Unaware();

    private static void checkVlan(int vlan) {
        if (vlan < 1 || vlan > MAX_VLAN) {
            throw new IllegalArgumentException("VLAN " + vlan + " is out of range [1, " + MAX_VLAN + "]");
        }
    }

    /**
     * Reads {@code unaware}, {@code access:N} or {@code trunk:LIST[,native=N]}, where the list holds
     * numbers and ranges such as {@code 10,20-29}.
     *
     * @throws IllegalArgumentException that quotes what is wrong
     */
    static VlanMode parse(String text) {
        if (text.equals("unaware")) {
            return UNAWARE;
        }
        if (text.startsWith("access:")) {
            return new Access(number(text.substring("access:".length()), text));
        }
        if (!text.startsWith("trunk:")) {
            throw new IllegalArgumentException(
                    "VLAN mode '" + text + "' is none of unaware, access:N, trunk:LIST[,native=N]");
        }
        BitSet vlans = new BitSet();
        int nativeVlan = 0;
        for (String part : text.substring("trunk:".length()).split(",", -1)) {
            if (part.startsWith("native=")) {
                if (nativeVlan != 0) {
                    throw new IllegalArgumentException("VLAN mode '" + text + "' has more than one native VLAN");
                }
                nativeVlan = number(part.substring("native=".length()), text);
                checkVlan(nativeVlan);
                vlans.set(nativeVlan);
            } else {
                addRange(vlans, part, text);
            }
        }
        return new Trunk(vlans, nativeVlan);
    }

    private static void addRange(BitSet vlans, String part, String text) {
        int dash = part.indexOf('-');
        int from = number(dash < 0 ? part : part.substring(0, dash), text);
        int to = dash < 0 ? from : number(part.substring(dash + 1), text);
        checkVlan(from);
        checkVlan(to);
        if (from > to) {
            throw new IllegalArgumentException("VLAN range '" + part + "' in '" + text + "' runs backwards");
        }
        vlans.set(from, to + 1);
    }

    private static int number(String digits, String text) {
        if (!Pattern.matches("[0-9]{1,4}", digits)) {
            throw new IllegalArgumentException("'" + digits + "' in VLAN mode '" + text + "' is not a VLAN number");
        }
        return Integer.parseInt(digits);
    }
}
