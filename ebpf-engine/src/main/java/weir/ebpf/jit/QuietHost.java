// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import weir.ebpf.Host;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.Errno;

/** Surroundings of programs that are warmed up: nothing they do is seen. */
final class QuietHost implements Host {
    private static final int MTU_BYTES = 1500;
    private int random = 1;

    @Override
    public int cpus() {
        return 1;
    }

    @Override
    public long monotonicNanos() {
        return System.nanoTime();
    }

    @Override
    public long bootNanos() {
        return System.nanoTime();
    }

    @Override
    public int randomInt() {
        random ^= random << 13;
        random ^= random >>> 17;
        random ^= random << 5;
        return random;
    }

    @Override
    public void trace(long address, int lengthBytes) {
        // nobody listens
    }

    @Override
    public int perfEvent(EbpfMap map, int cpu, long address, int lengthBytes, long frameAddress, int frameBytes) {
        return -Errno.ENOENT;
    }

    @Override
    public int fibLookup(long parametersAddress, int flags) {
        return -Errno.EINVAL;
    }

    @Override
    public int mtuBytes(int port) {
        return MTU_BYTES;
    }
}
