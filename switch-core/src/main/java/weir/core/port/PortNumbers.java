// SPDX-License-Identifier: Apache-2.0
package weir.core.port;

import java.util.Arrays;

/**
 * Port numbers and port indices at one moment, both ways. A number is what users and programs see, an index is a
 * place in the switch's tables. Immutable; replaced whole when a port comes or goes.
 */
public final class PortNumbers {
    /** {@link #indexOf}: no such port. */
    public static final int NONE = -1;

    /** A switch without ports. */
    public static final PortNumbers EMPTY = new PortNumbers(new int[0]);

    private final int[] numberOfIndex;
    private final short[] indexOfNumber;

    /**
     * Ports by index.
     *
     * @param numberOfIndex number of the port at each index, 0 where there is none
     */
    public PortNumbers(int[] numberOfIndex) {
        this.numberOfIndex = numberOfIndex.clone();
        int highest = Arrays.stream(numberOfIndex).max().orElse(0);
        indexOfNumber = new short[highest + 1];
        Arrays.fill(indexOfNumber, (short) NONE);
        for (int index = 0; index < numberOfIndex.length; index++) {
            if (numberOfIndex[index] != 0) {
                indexOfNumber[numberOfIndex[index]] = (short) index;
            }
        }
    }

    /** Index of the port with a number that came from outside, any {@code int}; or {@link #NONE}. */
    public int indexOf(int number) {
        return Integer.compareUnsigned(number, indexOfNumber.length) < 0 ? indexOfNumber[number] : NONE;
    }

    /** Number of the port at an index, 0 when there is none. */
    public int numberOf(int index) {
        return index < numberOfIndex.length ? numberOfIndex[index] : 0;
    }
}
