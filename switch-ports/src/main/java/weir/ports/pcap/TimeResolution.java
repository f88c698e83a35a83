// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

/**
 * What a pcapng interface counts time in.
 *
 * @param code {@code if_tsresol}: a negative power of 10, or with the top bit set of 2
 * @param offsetSeconds {@code if_tsoffset}, added to every time
 */
record TimeResolution(int code, long offsetSeconds) {
    static final TimeResolution MICROSECONDS = new TimeResolution(6, 0);
    static final int NANOSECONDS_CODE = 9;

    private static final int POWER_OF_TWO = 0x80;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** Nanoseconds since 1970; what has no room in a {@code long} becomes its largest or smallest. */
    long nanos(long ticks) {
        long nanos = (code & POWER_OF_TWO) != 0 ? binary(ticks, code & ~POWER_OF_TWO) : decimal(ticks, code);
        long high = Math.multiplyHigh(offsetSeconds, NANOS_PER_SECOND);
        long offset = offsetSeconds * NANOS_PER_SECOND;
        if (high != offset >> 63) {
            offset = offsetSeconds < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        long sum = nanos + offset;
        boolean overflows = ((nanos ^ sum) & (offset ^ sum)) < 0;
        return !overflows ? sum : offset < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    private static long decimal(long ticks, int digits) {
        long value = ticks;
        if (digits >= NANOSECONDS_CODE) {
            for (int i = NANOSECONDS_CODE; i < digits && value != 0; i++) {
                value = Long.divideUnsigned(value, 10);
            }
            return value < 0 ? Long.MAX_VALUE : value;
        }
        for (int i = digits; i < NANOSECONDS_CODE; i++) {
            if (Math.unsignedMultiplyHigh(value, 10) != 0 || value * 10 < 0) {
                return Long.MAX_VALUE;
            }
            value *= 10;
        }
        return value;
    }

    /** {@code (ticks * 10^9) >> bits} with 128 bits in between. */
    private static long binary(long ticks, int bits) {
        long high = Math.unsignedMultiplyHigh(ticks, NANOS_PER_SECOND);
        long low = ticks * NANOS_PER_SECOND;
        if (bits >= Long.SIZE) {
            return high >>> (bits - Long.SIZE);
        }
        boolean fits = bits == 0 ? high == 0 : high >>> bits == 0;
        long value = bits == 0 ? low : low >>> bits | high << (Long.SIZE - bits);
        return fits && value >= 0 ? value : Long.MAX_VALUE;
    }
}
