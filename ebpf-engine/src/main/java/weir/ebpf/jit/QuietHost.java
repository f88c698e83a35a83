// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import weir.ebpf.SystemHost;

/** Surroundings of programs that are warmed up: nothing they do is seen, and each time they get the same numbers. */
final class QuietHost extends SystemHost {
    private static final int MTU_BYTES = 1500;
    private int random = 1;

    QuietHost() {
        super(1);
    }

    @Override
    public int randomInt() {
        random ^= random << 13;
        random ^= random >>> 17;
        random ^= random << 5;
        return random;
    }

    @Override
    public int mtuBytes(int port) {
        return MTU_BYTES;
    }
}
