// SPDX-License-Identifier: Apache-2.0
package weir.control.run;

import java.util.List;
import java.util.TreeSet;
import weir.core.memory.MemoryPort;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortException;
import weir.ports.InterfaceName;
import weir.ports.PortKind;
import weir.ports.PortRequest;
import weir.ports.PortSpec;

/** {@code memory:NAME[?mtu=N]}: ports of this process, see {@link MemoryPort}. */
final class MemoryKind implements PortKind {
    private static final int MIN_MTU_BYTES = 68;
    private static final int MAX_MTU_BYTES = 65_521;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String form() {
        return "memory:NAME";
    }

    @Override
    public boolean needsLinux() {
        return false;
    }

    @Override
    public PortRequest read(PortSpec spec) throws PortException {
        spec.requireKnownOptions(new TreeSet<>(List.of("mtu")));
        String name = InterfaceName.require(spec.target(), "port name");
        int mtuBytes = spec.number("mtu", MIN_MTU_BYTES, MAX_MTU_BYTES, MemoryPortConfig.DEFAULT.mtuBytes());
        MemoryPortConfig config = MemoryPortConfig.DEFAULT.withMtuBytes(mtuBytes);
        return PortRequest.of(name, "memory:" + name, () -> new MemoryPort(name, config));
    }
}
