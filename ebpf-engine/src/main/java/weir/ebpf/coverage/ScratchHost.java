// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.coverage;

import weir.ebpf.Host;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.Errno;

/** Surroundings of programs that are tried out: nothing they do is seen, and the clock goes as the input says. */
public final class ScratchHost implements Host {
    private static final int MTU_BYTES = 1500;
    private static final int SEED = 1;

    private int random = SEED;
    private long nanos;
    private long stepNanos;
    private boolean hasAnswer;
    private int answer;

    /** Begins anew, as an input says. */
    public void prepare(Input input) {
        random = SEED;
        nanos = input.startNanos();
        stepNanos = input.stepNanos();
        hasAnswer = input.answer().isPresent();
        answer = input.answer().orElse(0);
    }

    @Override
    public int cpus() {
        return 1;
    }

    @Override
    public long monotonicNanos() {
        nanos += stepNanos;
        return nanos;
    }

    @Override
    public long bootNanos() {
        return monotonicNanos();
    }

    @Override
    public int randomInt() {
        if (hasAnswer) {
            return answer;
        }
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
        return hasAnswer ? answer : -Errno.ENOENT;
    }

    @Override
    public int fibLookup(long parametersAddress, int flags) {
        return hasAnswer ? answer : -Errno.EINVAL;
    }

    @Override
    public int mtuBytes(int port) {
        return MTU_BYTES;
    }
}
