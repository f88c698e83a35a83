// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/** What both kinds of maps of maps share: which maps fit, who holds them, how they leave. */
final class InnerMaps {
    private final MapSpec template;
    private final Retirement retirement = new Retirement();

    InnerMaps(MapSpec template) {
        this.template = template;
    }

    Retirement retirement() {
        return retirement;
    }

    /** Holds the map for a place in the outer one: 0 or a negative errno. */
    int hold(EbpfMap inner) {
        if (!(inner instanceof BaseMap map) || map.isGone()) {
            return -Errno.EBADF;
        }
        if (!fits(template, inner.spec())) {
            return -Errno.EINVAL;
        }
        return map.retain() ? 0 : -Errno.EBADF;
    }

    /** A map that was held but found no place. */
    void letGo(EbpfMap inner) {
        if (inner instanceof BaseMap map) {
            map.release();
        }
    }

    /** A map left its place: programs may still use it. */
    void retire(long handle) {
        if (MapHandles.find(handle) instanceof BaseMap map) {
            retirement.add(map);
        }
    }

    /** {@code bpf_map_meta_equal}, {@code kernel/bpf/map_in_map.c}, and what arrays and xskmaps add to it. */
    static boolean fits(MapSpec template, MapSpec inner) {
        boolean sameEntries = template.maxEntries() == inner.maxEntries()
                || !(template.type() == MapType.XSKMAP
                        || (template.type() == MapType.ARRAY && (template.flags() & MapFlags.INNER_MAP) == 0));
        return template.type() == inner.type()
                && template.keyBytes() == inner.keyBytes()
                && template.valueBytes() == inner.valueBytes()
                && template.flags() == inner.flags()
                && template.spinLockOffset() == inner.spinLockOffset()
                && sameEntries;
    }
}
