// SPDX-License-Identifier: Apache-2.0

package weir.control.program;

import java.util.List;
import weir.control.program.ReplayException.Kind;
import weir.control.text.Spelling;
import weir.core.program.AttachedProgram;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.Errno;
import weir.ebpf.map.MapControl;
import weir.ebpf.map.MapSpec;

/** A map of a program that runs on a switch, by its types. Any thread, while frames flow. */
public final class LiveMap {
    private final AttachedProgram program;
    private final MapSpec spec;

    private LiveMap(AttachedProgram program, MapSpec spec) {
        this.program = program;
        this.spec = spec;
    }

    /**
     * A map by its name.
     *
     * @throws ReplayException when the program has none of that name
     */
    public static LiveMap of(AttachedProgram program, String name) throws ReplayException {
        List<MapSpec> maps = program.maps();
        for (MapSpec spec : maps) {
            if (spec.name().equals(name)) {
                return new LiveMap(program, spec);
            }
        }
        List<String> names = maps.stream().map(MapSpec::name).toList();
        throw new ReplayException(
                Kind.NOT_FOUND,
                "no map '" + Printable.of(name) + "' in program "
                        + program.spec().name(),
                names.isEmpty()
                        ? "the program has no maps"
                        : Printable.of(Spelling.didYouMean(name, names) + "maps are " + String.join(", ", names)));
    }

    /** What it is. */
    public static MapShape shape(MapSpec spec) {
        return MapShape.of(spec);
    }

    /**
     * What it holds at about this moment.
     *
     * @param maxEntries at most so many are shown
     */
    public MapDump dump(int maxEntries) {
        return program.withMap(spec.name(), reader(maxEntries)::read).orElseThrow();
    }

    private MapReader reader(int maxEntries) {
        return new MapReader(program.blueprint().btf(), maxEntries);
    }

    /**
     * One entry.
     *
     * @param key as {@link MapSetting} has it
     * @throws ReplayException when it is no key of the map, or not there
     */
    public MapDump lookup(String key) throws ReplayException {
        byte[] keyBytes = key(key);
        MapControl.Result result = program.withMap(
                        spec.name(), map -> map.control().lookup(keyBytes, 0))
                .orElseThrow();
        return switch (result) {
            case MapControl.Result.Found(Bytes value) -> reader(1).one(spec, keyBytes, value.toArray());
            case MapControl.Result.Failed(int errno) -> throw failed("look up", key, -errno);
        };
    }

    /**
     * Puts an entry in, or replaces it.
     *
     * @throws ReplayException when the map does not take it
     */
    public void update(String key, String value) throws ReplayException {
        new MapSetting(spec.name(), key, value).put(program);
    }

    /**
     * Takes an entry out.
     *
     * @throws ReplayException when it is no key of the map, is not there, or the map does not let go of it
     */
    public void delete(String key) throws ReplayException {
        byte[] keyBytes = key(key);
        int result = program.withMap(spec.name(), (EbpfMap map) -> map.control().delete(keyBytes))
                .orElseThrow();
        if (result != 0) {
            throw failed("delete", key, -result);
        }
    }

    private byte[] key(String text) throws ReplayException {
        if (spec.keyBytes() == 0) {
            throw new ReplayException(
                    Kind.USAGE,
                    "map " + Printable.of(spec.name()) + " has no keys",
                    "leave out the key to see all of it");
        }
        return new ValueText(program.blueprint().btf(), spec).key(text);
    }

    private ReplayException failed(String what, String key, int errno) {
        String place = "'" + Printable.of(key) + "' in map " + Printable.of(spec.name());
        if (errno == Errno.ENOENT) {
            return new ReplayException(Kind.NOT_FOUND, "no entry " + place, "keys are those that the map's dump shows");
        }
        return new ReplayException(
                Kind.CONTENT,
                "cannot " + what + " " + place + " (" + MapShape.of(spec) + "): " + MapEntry.refusal(errno),
                errno == Errno.EINVAL ? "entries of arrays stay; set them to 0 instead" : "");
    }
}
