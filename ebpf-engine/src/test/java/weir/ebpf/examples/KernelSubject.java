// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.locks.LockSupport;
import weir.ebpf.ObjectFileException;
import weir.ebpf.kernel.KernelObject;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.kernel.NetworkSandbox;
import weir.ebpf.kernel.PinnedThread;
import weir.ebpf.kernel.XdpMd;
import weir.ebpf.map.MapControl;

/**
 * An object in the running kernel, in a network namespace where ports are interfaces. All runs are on one CPU: what a program
 * leaves in a per-CPU map for itself is in one place, as in the engine. One thread makes, uses and closes it.
 */
final class KernelSubject extends Subject {
    private final PinnedThread pinned = new PinnedThread();
    private final NetworkSandbox sandbox = new NetworkSandbox();
    private final KernelObject object;

    KernelSubject(byte[] file) {
        try {
            object = KernelObject.load(file);
        } catch (ObjectFileException | KernelProgram.Rejected | RuntimeException e) {
            sandbox.close();
            pinned.close();
            throw new AssertionError(e.getMessage(), e);
        }
    }

    @Override
    Verdict run(String program, byte[] frame, int port) {
        KernelProgram.Run run = object.program(program).run(frame, XdpMd.arriving(0, frame.length, port, 0));
        assertEquals(0, run.errno());
        return new Verdict(run.returnValue(), run.data(), "");
    }

    @Override
    MapControl map(String name) {
        return object.map(name);
    }

    @Override
    void advance(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    @Override
    boolean hasStillClock() {
        return false;
    }

    @Override
    boolean knowsTargets() {
        return false;
    }

    @Override
    public void close() {
        object.close();
        sandbox.close();
        pinned.close();
    }
}
