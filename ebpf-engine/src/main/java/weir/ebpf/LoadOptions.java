// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import java.util.List;
import java.util.function.Predicate;

/**
 * How an object is loaded.
 *
 * @param host what its programs ask
 * @param keepMapsOf live objects whose maps are shared, instead of made anew, where name and definition
 *     are equal; a shared map lives until the last of its objects is closed
 * @param engine what runs the programs
 * @param programs names of the programs that are loaded; others may need what the engine lacks
 */
public record LoadOptions(Host host, List<LoadedObject> keepMapsOf, Engine engine, Predicate<String> programs) {
    public LoadOptions {
        keepMapsOf = List.copyOf(keepMapsOf);
    }

    /** All programs, interpreted, with maps of their own. */
    public static LoadOptions on(Host host) {
        return new LoadOptions(host, List.of(), Engine.interpreter(), name -> true);
    }

    public LoadOptions under(Engine other) {
        return new LoadOptions(host, keepMapsOf, other, programs);
    }

    public LoadOptions keepingMapsOf(LoadedObject object) {
        return new LoadOptions(host, List.of(object), engine, programs);
    }

    public LoadOptions only(Predicate<String> names) {
        return new LoadOptions(host, keepMapsOf, engine, names);
    }
}
