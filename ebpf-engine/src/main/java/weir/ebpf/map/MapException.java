// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/** A map's definition breaks a rule; the message has the rule and the values. */
public final class MapException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String map;
    private final int errno;

    MapException(String map, int errno, String rule) {
        super("map '" + map + "': " + rule);
        this.map = map;
        this.errno = errno;
    }

    /** Name of the map. */
    public String map() {
        return map;
    }

    /** What {@code bpf(BPF_MAP_CREATE)} would say, as a positive number of {@link Errno}. */
    public int errno() {
        return errno;
    }
}
