// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import weir.ebpf.ObjectFileException;
import weir.ebpf.elf.Section;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;

/** An object's maps in their order, and where in the object each of them is defined. */
final class MapTable {
    private final List<MapSpec> maps = new ArrayList<>();
    private final Map<Place, Integer> byPlace = new HashMap<>();
    private final Map<Integer, Integer> bySection = new HashMap<>();

    private record Place(int section, long offset) {}

    List<MapSpec> maps() {
        return List.copyOf(maps);
    }

    int size() {
        return maps.size();
    }

    MapSpec map(int index) {
        return maps.get(index);
    }

    void replace(int index, MapSpec spec) {
        maps.set(index, spec);
    }

    /** Adds a map that a section of definitions describes. */
    void addDefined(Section section, long offset, MapSpec spec) throws ObjectFileException {
        if (byPlace.putIfAbsent(new Place(section.index(), offset), maps.size()) != null) {
            throw section.data().fail(offset, "two maps are defined at one place");
        }
        maps.add(spec);
    }

    /** Adds a map that holds a section of data. */
    void addData(Section section, MapSpec spec) {
        bySection.put(section.index(), maps.size());
        maps.add(spec);
    }

    void add(MapSpec spec) {
        maps.add(spec);
    }

    /** Index of each map that a section defines, by offset. */
    NavigableMap<Long, Integer> definitions(int section) {
        NavigableMap<Long, Integer> found = new TreeMap<>();
        byPlace.forEach((place, index) -> {
            if (place.section() == section) {
                found.put(place.offset(), index);
            }
        });
        return found;
    }

    OptionalInt definedAt(int section, long offset) {
        Integer index = byPlace.get(new Place(section, offset));
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    OptionalInt ofData(int section) {
        Integer index = bySection.get(section);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /** The type of that number, or an error that lists those there are. */
    static MapType type(Section section, long offset, String map, int number) throws ObjectFileException {
        return MapType.ofNumber(number)
                .orElseThrow(() -> section.data()
                        .fail(
                                offset,
                                "map " + map + " has type " + Integer.toUnsignedString(number)
                                        + ", which is not supported; supported are "
                                        + Stream.of(MapType.values())
                                                .map(type -> type + " (" + type.number() + ")")
                                                .collect(Collectors.joining(", "))));
    }
}
