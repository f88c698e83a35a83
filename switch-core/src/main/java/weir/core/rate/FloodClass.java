// SPDX-License-Identifier: Apache-2.0
package weir.core.rate;

import java.util.List;
import java.util.Locale;

/** Why a frame goes to every port. */
public enum FloodClass {
    /** Its destination is ff:ff:ff:ff:ff:ff. */
    BROADCAST,
    /** Its destination is another group address. */
    MULTICAST,
    /** Its destination was not learned. */
    UNKNOWN;

    /** All classes in declaration order. */
    public static final List<FloodClass> ALL = List.of(values());

    private static final long BROADCAST_ADDRESS = 0xffff_ffff_ffffL;
    private static final long GROUP_BIT = 1;

    /** Class of a frame that floods, by its destination as {@link weir.core.fdb.MacAddress} holds it. */
    public static FloodClass of(long destination) {
        if ((destination & GROUP_BIT) == 0) {
            return UNKNOWN;
        }
        return destination == BROADCAST_ADDRESS ? BROADCAST : MULTICAST;
    }

    /** As users write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
