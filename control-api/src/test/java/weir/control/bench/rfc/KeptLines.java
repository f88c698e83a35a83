// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import weir.control.tester.DeviceUnderTest;
import weir.control.tester.OwnSwitch;
import weir.core.memory.MemoryEndpoint;
import weir.core.port.PortException;

/** A switch whose lines are what they are, as those of a device behind ports. */
record KeptLines(OwnSwitch inner) implements DeviceUnderTest {
    @Override
    public boolean limitLines(long bitsPerSecond, int frameBytes) {
        return false;
    }

    @Override
    public String description() {
        return inner.description();
    }

    @Override
    public int ports() {
        return inner.ports();
    }

    @Override
    public MemoryEndpoint end(int port) {
        return inner.end(port);
    }

    @Override
    public long poolBase() {
        return inner.poolBase();
    }

    @Override
    public long nanos() {
        return inner.nanos();
    }

    @Override
    public int turn() {
        return inner.turn();
    }

    @Override
    public Edge edge() {
        return inner.edge();
    }

    @Override
    public boolean hasOwnEnds() {
        return inner.hasOwnEnds();
    }

    @Override
    public boolean forgetAddresses() {
        return inner.forgetAddresses();
    }

    @Override
    public boolean canRestart() {
        return inner.canRestart();
    }

    @Override
    public void restart() throws PortException {
        inner.restart();
    }

    @Override
    public void close() {
        inner.close();
    }
}
