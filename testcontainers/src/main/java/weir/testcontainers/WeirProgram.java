// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import java.util.Optional;

/**
 * An eBPF program that decides about every frame of a network, until it is closed or another is loaded. Keys and values of
 * maps are text as in {@code weir map}: numbers and structures by their types where the object has BTF, else {@code hex:0a00}.
 * Any thread.
 */
public final class WeirProgram implements AutoCloseable {
    private final WeirNetwork network;

    WeirProgram(WeirNetwork network) {
        this.network = network;
    }

    /**
     * Sets an entry of a map.
     *
     * @throws WeirException when there is no such map, or key or value do not fit it
     */
    public WeirProgram put(String map, String key, String value) {
        network.daemonSwitch().put(map, key, value);
        return this;
    }

    /**
     * What a map holds for a key; empty when it has no such entry.
     *
     * @throws WeirException when there is no such map, or the key does not fit it
     */
    public Optional<String> get(String map, String key) {
        return Optional.ofNullable(network.daemonSwitch().get(map, key));
    }

    /** Frames are learned and forwarded as without a program. Nothing is done when another program was loaded meanwhile. */
    @Override
    public void close() {
        network.unload(this);
    }
}
