// SPDX-License-Identifier: Apache-2.0
package weir.core.loop;

/**
 * SipHash-2-4 (J.-P. Aumasson and D. J. Bernstein, INDOCRYPT 2012) of two words: a short authenticator that nobody can
 * compute without the key, and that costs neither memory nor a call out of the worker.
 */
final class SipHash {
    private static final long INIT_0 = 0x736f_6d65_7073_6575L;
    private static final long INIT_1 = 0x646f_7261_6e64_6f6dL;
    private static final long INIT_2 = 0x6c79_6765_6e65_7261L;
    private static final long INIT_3 = 0x7465_6462_7974_6573L;
    private static final long LENGTH_BLOCK = 16L << 56;
    private static final int FINAL_ROUNDS = 4;

    private long v0;
    private long v1;
    private long v2;
    private long v3;

    private SipHash(long k0, long k1) {
        v0 = k0 ^ INIT_0;
        v1 = k1 ^ INIT_1;
        v2 = k0 ^ INIT_2;
        v3 = k1 ^ INIT_3;
    }

    /** Hash of 16 bytes, given as two little-endian words, under a key of two. */
    static long of(long k0, long k1, long first, long second) {
        SipHash state = new SipHash(k0, k1); // does not leave this method, so that no object is made
        state.absorb(first);
        state.absorb(second);
        state.absorb(LENGTH_BLOCK);
        state.v2 ^= 0xff;
        for (int i = 0; i < FINAL_ROUNDS; i++) {
            state.round();
        }
        return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
    }

    private void absorb(long word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }

    private void round() {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
    }
}
