// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import java.util.List;
import java.util.function.Predicate;
import weir.ebpf.map.MapSpec;

/**
 * How an object is loaded.
 *
 * @param host what its programs ask
 * @param keepMapsOf live objects whose maps are shared, instead of made anew, where name and definition
 *     are equal, {@link MapSpec#isSameDefinitionAs}; a shared map lives until the last of its objects is closed
 * @param kept which maps may be shared so
 * @param engine what runs the programs
 * @param verified whether the verifier has to accept the programs. Without, only their form is checked, and
 *     the interpreter checks every access
 * @param programs names of the programs that are loaded; others may need what the engine lacks
 */
public record LoadOptions(
        Host host,
        List<LoadedObject> keepMapsOf,
        Predicate<MapSpec> kept,
        Engine engine,
        boolean verified,
        Predicate<String> programs) {
    public LoadOptions {
        keepMapsOf = List.copyOf(keepMapsOf);
    }

    /** All programs, interpreted, not verified, with maps of their own. */
    public static LoadOptions on(Host host) {
        return new LoadOptions(host, List.of(), spec -> true, Engine.interpreter(), false, name -> true);
    }

    /** Under another engine; what is compiled has to be verified. */
    public LoadOptions under(Engine other) {
        return new LoadOptions(host, keepMapsOf, kept, other, verified || other instanceof Engine.Jit, programs);
    }

    /** Only programs that the verifier accepts. */
    public LoadOptions onlyVerified() {
        return new LoadOptions(host, keepMapsOf, kept, engine, true, programs);
    }

    /** Whatever the verifier says: for tests of what engines do with programs that it refuses. */
    LoadOptions unverified() {
        return new LoadOptions(host, keepMapsOf, kept, engine, false, programs);
    }

    public LoadOptions keepingMapsOf(LoadedObject object) {
        return keepingMapsOf(object, spec -> true);
    }

    /** Shares those maps of another object whose blueprint is chosen. */
    public LoadOptions keepingMapsOf(LoadedObject object, Predicate<MapSpec> which) {
        return new LoadOptions(host, List.of(object), which, engine, verified, programs);
    }

    public LoadOptions only(Predicate<String> names) {
        return new LoadOptions(host, keepMapsOf, kept, engine, verified, names);
    }
}
