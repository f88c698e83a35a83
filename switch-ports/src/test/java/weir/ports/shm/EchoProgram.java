// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import weir.ports.shm.client.ShmClient;
import weir.ports.shm.client.ShmReceiver;
import weir.ports.shm.client.ShmSender;

/** A client in a JVM of its own: sends every frame back with its addresses exchanged, until the switch leaves. */
final class EchoProgram {
    private static final int BATCH = 64;
    private static final int MAC_BYTES = 6;

    private EchoProgram() {}

    /** Takes the path of the socket. */
    public static void main(String[] arguments) throws IOException {
        long patienceNanos = Duration.ofHours(1).toNanos();
        long frames = 0;
        try (ShmClient client = ShmClient.connect(Path.of(arguments[0]))) {
            System.out.println("ready");
            while (client.receiver().await(patienceNanos)) {
                frames += echo(client);
            }
        }
        System.out.println("echoed " + frames + " frames");
    }

    private static int echo(ShmClient client) {
        ShmReceiver in = client.receiver();
        ShmSender out = client.sender();
        MemorySegment memory = client.memory();
        int n = in.poll(out.room(BATCH));
        for (int i = 0; i < n; i++) {
            long from = in.offset(i);
            long to = out.offset(i);
            MemorySegment.copy(memory, from, memory, to, in.length(i));
            MemorySegment.copy(memory, from, memory, to + MAC_BYTES, MAC_BYTES);
            MemorySegment.copy(memory, from + MAC_BYTES, memory, to, MAC_BYTES);
            out.setLength(i, in.length(i));
        }
        in.release(n);
        out.publish(n);
        return n;
    }
}
