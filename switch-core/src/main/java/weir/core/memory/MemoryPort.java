// SPDX-License-Identifier: Apache-2.0
package weir.core.memory;

import java.util.List;
import weir.core.port.Port;
import weir.core.port.PortState;

/**
 * A port inside the process. The other side is a {@link MemoryEndpoint}, used by one thread of the
 * embedding program, which sends and receives frames without system calls while the switch is awake.
 *
 * <pre>
 *   user's thread                                      worker
 *   -------------                                      ------
 *   send      ------  submitted: frames   ------------&gt;  receive
 *   release   ------  returned: frames    ------------&gt;  release to the pool
 *   receive   &lt;-----  delivered: frames   -------------  transmit
 *   allocate  &lt;-----  empty: frames       -------------  (filled on request)
 * </pre>
 *
 * All four are single-producer single-consumer rings of packed frames; slots come from the worker's
 * home and are charged to this port.
 */
public final class MemoryPort implements Port {
    private final String name;
    private final MemoryPortConfig config;
    private final MemoryQueue queue;
    private final MemoryEndpoint endpoint;
    private volatile PortState state = PortState.UP;

    public MemoryPort(String name) {
        this(name, MemoryPortConfig.DEFAULT);
    }

    public MemoryPort(String name, MemoryPortConfig config) {
        this.name = name;
        this.config = config;
        MemoryRings rings = new MemoryRings(config.ringFrames());
        queue = new MemoryQueue(rings, config.isolated());
        endpoint = new MemoryEndpoint(rings, queue, name);
    }

    /** The user's side. One thread at a time may use it. */
    public MemoryEndpoint endpoint() {
        return endpoint;
    }

    @Override
    public String spec() {
        return "memory:" + name;
    }

    @Override
    public int mtuBytes() {
        return config.mtuBytes();
    }

    @Override
    public PortState state() {
        return state;
    }

    @Override
    public List<MemoryQueue> queues() {
        return List.of(queue);
    }

    @Override
    public void close() {
        state = PortState.GONE;
    }
}
