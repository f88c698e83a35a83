// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import java.util.List;
import java.util.function.Predicate;
import weir.ebpf.map.EbpfMap;

/**
 * How an object is loaded.
 *
 * @param host what its programs ask
 * @param keptMaps live maps that are shared instead of made anew, where name and definition are equal;
 *     they stay their owner's and must outlive the loaded object
 * @param programs names of the programs that are loaded; others may hold what the engine lacks
 */
public record LoadOptions(Host host, List<EbpfMap> keptMaps, Predicate<String> programs) {
    public LoadOptions {
        keptMaps = List.copyOf(keptMaps);
    }

    /** All programs, with maps of their own. */
    public static LoadOptions on(Host host) {
        return new LoadOptions(host, List.of(), name -> true);
    }

    public LoadOptions keeping(List<EbpfMap> maps) {
        return new LoadOptions(host, maps, programs);
    }

    public LoadOptions only(Predicate<String> names) {
        return new LoadOptions(host, keptMaps, names);
    }
}
