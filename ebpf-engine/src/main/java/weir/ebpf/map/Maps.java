// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/** Makes maps. */
public final class Maps {
    private Maps() {}

    /**
     * Makes a map of its blueprint, without its contents.
     *
     * @throws IllegalArgumentException if the engine has no such map
     */
    public static EbpfMap create(MapSpec spec, int cpus) {
        throw new IllegalArgumentException("map type " + spec.type() + " is not there yet on " + cpus + " CPUs");
    }
}
