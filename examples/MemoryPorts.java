// SPDX-License-Identifier: Apache-2.0

// Two ports inside this process: one thread sends ten frames into one, another takes them out of the other.
//   java --enable-native-access=ALL-UNNAMED -cp switch-core/target/classes examples/MemoryPorts.java

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.memory.MemoryPort;
import weir.core.port.PortOptions;

void main() throws Exception {
    try (Switch sw = Switch.create(SwitchConfig.named("example"))) {
        MemoryPort alice = new MemoryPort("alice");
        MemoryPort bob = new MemoryPort("bob");
        sw.attach(alice, PortOptions.named("alice"));
        sw.attach(bob, PortOptions.named("bob"));
        Thread.ofPlatform().start(() -> {
            for (byte i = 1; i <= 10; i++) {
                byte[] ethernet = {2, 0, 0, 0, 0, 'b', 2, 0, 0, 0, 0, 'a', 8, 0, i};
                alice.endpoint().send(new long[] {alice.endpoint().frameOf(ethernet)}, 0, 1);
            }
        });
        long[] frame = new long[1];
        while (bob.endpoint().await(2_000_000_000L)) {
            bob.endpoint().receive(frame, 0, 1);
            IO.println("bob received frame " + bob.endpoint().bytes(frame[0]).get(JAVA_BYTE, 14));
            bob.endpoint().release(frame, 0, 1);
        }
        sw.counters().forEach((port, count) ->
                IO.println(port + ": " + count.received() + " frames in, " + count.transmitted() + " frames out"));
    }
}
