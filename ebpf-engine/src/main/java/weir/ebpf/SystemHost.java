// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import java.util.concurrent.ThreadLocalRandom;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.Errno;

/**
 * This machine's clock and random numbers; nobody listens to what programs say, there are no routes and
 * no ports. A switch extends it by what it has. Any thread.
 */
public class SystemHost implements Host {
    /** {@code BPF_FIB_LKUP_RET_NOT_FWDED}. */
    private static final int FIB_NOT_FORWARDED = 4;

    private final int cpus;

    public SystemHost(int cpus) {
        this.cpus = cpus;
    }

    @Override
    public final int cpus() {
        return cpus;
    }

    /** {@link System#nanoTime}, which the JVM takes from the monotonic clock. */
    @Override
    public long monotonicNanos() {
        return System.nanoTime();
    }

    /** The monotonic clock, too: time asleep is not counted. */
    @Override
    public long bootNanos() {
        return System.nanoTime();
    }

    @Override
    public int randomInt() {
        return ThreadLocalRandom.current().nextInt();
    }

    @Override
    public void trace(long address, int lengthBytes) {
        // nobody reads it
    }

    @Override
    public int perfEvent(EbpfMap map, int cpu, long address, int lengthBytes, long frameAddress, int frameBytes) {
        return -Errno.ENOENT;
    }

    @Override
    public int fibLookup(long parametersAddress, int flags) {
        return FIB_NOT_FORWARDED;
    }

    @Override
    public int mtuBytes(int port) {
        return -1;
    }
}
