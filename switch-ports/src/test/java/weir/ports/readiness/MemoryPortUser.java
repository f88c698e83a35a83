// SPDX-License-Identifier: Apache-2.0
package weir.ports.readiness;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.frame.Frame;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.port.PortOptions;
import weir.core.testing.Frames;
import weir.core.worker.WaitMode;

/**
 * A process for {@link MemoryPortCallsTest}: one thread sends and receives through two memory ports of a switch. It
 * prints the number of that thread, waits for a byte on standard input, and then works in windows. Each lies between two
 * system calls that are easily told from others: questions for the files {@link #BEGIN} and {@link #END}.
 */
final class MemoryPortUser {
    static final String BEGIN = "/weir-window-begins";
    static final String END = "/weir-window-ends";

    private static final int BURST = 16;
    private static final int WARM_UP_FRAMES = 10_000;
    private static final int ROUNDS_PER_PAUSE = 64;
    private static final int PAUSE_SPINS = 5_000;

    private static final MemorySegment PAYLOAD =
            MemorySegment.ofArray(Frames.untagged(Frames.station(2), Frames.station(1), 64, 7));

    private static volatile boolean go;

    private final MemoryEndpoint from;
    private final MemoryEndpoint to;
    private final long[] out = new long[BURST];
    private final long[] in = new long[BURST];
    private int ready;
    private int round;

    private MemoryPortUser(MemoryEndpoint from, MemoryEndpoint to) {
        this.from = from;
        this.to = to;
    }

    /** Arguments: a {@link WaitMode}, windows, frames a window. */
    public static void main(String[] args) throws Exception {
        SwitchConfig config = SwitchConfig.named("user").withWaitMode(WaitMode.valueOf(args[0]));
        try (Switch sw = Switch.create(config.withIdleWait(EpollIdleWait::new))) {
            MemoryPort a = new MemoryPort("a");
            MemoryPort b = new MemoryPort("b");
            sw.attach(a, PortOptions.named("a"));
            sw.attach(b, PortOptions.named("b"));
            MemoryPortUser user = new MemoryPortUser(a.endpoint(), b.endpoint());
            Thread thread = Thread.ofPlatform()
                    .name("user")
                    .start(() -> user.run(Integer.parseInt(args[1]), Integer.parseInt(args[2])));
            if (System.in.read() >= 0) {
                go = true;
                thread.join();
            }
        }
    }

    private void run(int windows, int frames) {
        move(WARM_UP_FRAMES);
        File begin = new File(BEGIN);
        File end = new File(END);
        System.out.println(threadNumber());
        while (!go) {
            Thread.onSpinWait();
        }
        for (int i = 0; i < windows; i++) {
            boolean _ = begin.exists();
            move(frames);
            boolean _ = end.exists();
        }
    }

    private static String threadNumber() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/thread-self"))
                    .getFileName()
                    .toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Returns when so many frames more were received. In the pauses the worker parks its inputs, so that the doorbells
     * are rung.
     */
    private void move(int frames) {
        for (int received = 0; received < frames; ) {
            send();
            int n = to.receive(in, 0, BURST);
            to.release(in, 0, n);
            received += n;
            if (++round % ROUNDS_PER_PAUSE == 0) {
                for (int i = 0; i < PAUSE_SPINS; i++) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    private void send() {
        int fresh = from.allocate(out, ready, BURST - ready);
        for (int i = ready; i < ready + fresh; i++) {
            out[i] = Frame.withLength(out[i], (int) PAYLOAD.byteSize());
            from.bytes(out[i]).copyFrom(PAYLOAD);
        }
        ready += fresh;
        int sent = from.send(out, 0, ready);
        ready -= sent;
        System.arraycopy(out, sent, out, 0, ready);
    }
}
