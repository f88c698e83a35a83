// SPDX-License-Identifier: Apache-2.0
package weir.core.memory;

import java.util.List;
import weir.core.link.EmulatedLink;
import weir.core.link.EmulatedQueue;
import weir.core.link.Timers;
import weir.core.port.Port;
import weir.core.port.PortState;

/** A port behind an emulated link that does nothing keeps what every port keeps. */
class EmulatedMemoryPortTest extends MemoryPortContractTest {
    EmulatedMemoryPortTest() {
        super(false);
    }

    @Override
    protected Port open() {
        return new EmulatedPort(super.open());
    }

    /** A port with an emulated link in front of its queue, from the beginning. */
    private static final class EmulatedPort implements Port, EmulatedQueue.Listener {
        private final Port port;
        private final List<EmulatedQueue> queues;

        EmulatedPort(Port port) {
            this.port = port;
            queues = List.of(new EmulatedQueue(port.queues().getFirst(), 0, new Timers(), System::nanoTime, this));
        }

        @Override
        public String spec() {
            return port.spec();
        }

        @Override
        public int mtuBytes() {
            return port.mtuBytes();
        }

        @Override
        public PortState state() {
            return port.state();
        }

        @Override
        public List<EmulatedQueue> queues() {
            return queues;
        }

        @Override
        public void close() {
            port.close();
        }

        @Override
        public void expired(EmulatedLink link) {
            throw new AssertionError("no end was set");
        }

        @Override
        public void idle(EmulatedQueue queue) {
            throw new AssertionError("no end was set");
        }
    }
}
