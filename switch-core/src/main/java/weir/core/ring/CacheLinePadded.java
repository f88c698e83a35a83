// SPDX-License-Identifier: Apache-2.0
package weir.core.ring;

/**
 * Keeps the fields of a subclass at least 128 bytes away from whatever the heap holds in front of it.
 * Objects written by different threads extend it, so that each one's padding shields its neighbour.
 */
@SuppressWarnings("unused")
public abstract class CacheLinePadded {
    private long p00, p01, p02, p03, p04, p05, p06, p07;
    private long p08, p09, p10, p11, p12, p13, p14, p15;

    /** For subclasses. */
    protected CacheLinePadded() {}
}
