// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

/** Something for each second. */
final class Rates {
    private Rates() {}

    /** 0 where no time has passed. */
    static double perSecond(long count, double seconds) {
        return seconds > 0 ? count / seconds : 0;
    }
}
