// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import weir.ebpf.ObjectFileException;
import weir.ebpf.elf.Section;
import weir.ebpf.elf.SectionData;
import weir.ebpf.elf.Symbol;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;

/**
 * Maps defined by records in the section {@code maps}, one for each symbol; those with a name as type are {@link
 * NamedMaps}.
 *
 * <pre>
 *  byte  0     4         8           12           16     20       24        28        32
 *        type  key_size  value_size  max_entries  flags  id       pinning   inner_id  inner_idx
 *        |--- struct bpf_map_def (old libbpf), 20 ------|
 *        |--- the same in samples/bpf, 28 --------------|inner index, NUMA node|
 *        |--- struct bpf_elf_map (iproute2), 36 or more ---------------------------------------|
 * </pre>
 */
final class LegacyMaps {
    private static final int PLAIN_BYTES = 20;
    private static final int SAMPLES_BYTES = 28;
    private static final int IPROUTE2_BYTES = 36;
    private static final int MAX_RECORD_BYTES = 256;
    private static final int MAX_INNER_MAPS = 1 << 16;

    /** A record as it stands; {@code id}, {@code innerId} and {@code innerSlot} are 0 where it has none. */
    private record Definition(long offset, MapSpec spec, int id, int innerId, int innerSlot, int innerIndex) {}

    private final Section section;
    private final List<Definition> definitions = new ArrayList<>();
    private int innerMaps;

    private LegacyMaps(Section section) {
        this.section = section;
    }

    /**
     * Reads the section.
     *
     * @param symbols those of the section
     * @return index of each program array that has an iproute2 id, by id
     */
    static Map<Integer, Integer> read(Section section, List<Symbol> symbols, MapTable into) throws ObjectFileException {
        LegacyMaps maps = new LegacyMaps(section);
        List<Symbol> sorted = symbols.stream()
                .filter(symbol -> symbol.type() == Symbol.OBJECT || symbol.type() == Symbol.NO_TYPE)
                .sorted(Comparator.comparingLong(Symbol::value))
                .toList();
        for (int i = 0; i < sorted.size(); i++) {
            long end = i + 1 < sorted.size()
                    ? sorted.get(i + 1).value()
                    : section.data().length();
            maps.readDefinition(sorted.get(i), end);
        }
        return maps.add(into);
    }

    private void readDefinition(Symbol symbol, long end) throws ObjectFileException {
        SectionData data = section.data();
        long at = symbol.value();
        String name = SectionData.quote(symbol.name());
        long bytes = symbol.sizeBytes() > 0 ? symbol.sizeBytes() : end - at;
        if (symbol.name().isEmpty() || at < 0 || bytes < PLAIN_BYTES || bytes > MAX_RECORD_BYTES) {
            throw data.fail(
                    at,
                    "map " + name + " has a definition of " + bytes + " bytes; " + PLAIN_BYTES + " to "
                            + MAX_RECORD_BYTES + " are supported");
        }
        data.part(at, bytes);
        if (NamedMaps.isOne(data, at, bytes)) {
            definitions.add(new Definition(at, NamedMaps.read(data, at, symbol.name()), 0, 0, 0, -1));
            return;
        }
        MapType type = MapTable.type(section, at, name, data.i32(at));
        int id = 0;
        int innerId = 0;
        int innerSlot = 0;
        int innerIndex = -1;
        long known = PLAIN_BYTES;
        MapSpec.Pinning pinning = MapSpec.Pinning.NONE;
        if (bytes >= IPROUTE2_BYTES) {
            pinning = pinning(at + 24, name);
            id = data.i32(at + 20);
            innerId = data.i32(at + 28);
            innerSlot = data.i32(at + 32);
            known = IPROUTE2_BYTES;
        } else if (bytes >= SAMPLES_BYTES) {
            innerIndex = type.isMapInMap() ? data.i32(at + 20) : -1;
            known = SAMPLES_BYTES;
        }
        for (long extra = known; extra < bytes; extra++) {
            if (data.u8(at + extra) != 0) {
                throw data.fail(
                        at + extra,
                        "map " + name + " sets a field that is not known; known are the " + known + " bytes before");
            }
        }
        MapSpec spec =
                MapSpec.of(symbol.name(), type, count(at + 4, name), count(at + 8, name), count(at + 12, name))
                        .toBuilder()
                        .flags(data.i32(at + 16))
                        .pinning(pinning)
                        .build();
        definitions.add(new Definition(at, spec, id, innerId, innerSlot, innerIndex));
    }

    /** {@code PIN_NONE}, {@code PIN_OBJECT_NS} (for the programs of one object), {@code PIN_GLOBAL_NS}. */
    private MapSpec.Pinning pinning(long at, String map) throws ObjectFileException {
        int number = section.data().i32(at);
        return switch (number) {
            case 0, 1 -> MapSpec.Pinning.NONE;
            case 2 -> MapSpec.Pinning.BY_NAME;
            default ->
                throw section.data()
                        .fail(
                                at,
                                "map " + map + " has pinning " + Integer.toUnsignedString(number)
                                        + "; known are 0 (PIN_NONE), 1 (PIN_OBJECT_NS) and 2 (PIN_GLOBAL_NS)");
        };
    }

    private int count(long at, String map) throws ObjectFileException {
        return count(section.data(), at, map);
    }

    /** @param map its name, quoted */
    static int count(SectionData data, long at, String map) throws ObjectFileException {
        int number = data.i32(at);
        if (number < 0) {
            throw data.fail(
                    at,
                    "map " + map + " has " + Integer.toUnsignedString(number) + " as a size, at most "
                            + Integer.MAX_VALUE + " is supported");
        }
        return number;
    }

    private Map<Integer, Integer> add(MapTable into) throws ObjectFileException {
        Map<Integer, List<Integer>> innerById = new HashMap<>();
        Map<Integer, Integer> programArrays = new HashMap<>();
        for (int i = 0; i < definitions.size(); i++) {
            Definition each = definitions.get(i);
            if (each.id() != 0 && each.spec().type() == MapType.PROG_ARRAY) {
                programArrays.put(each.id(), i);
            } else if (each.id() != 0 && !each.spec().type().isMapInMap()) {
                innerById.computeIfAbsent(each.id(), id -> new ArrayList<>()).add(i);
            }
        }
        for (Definition each : definitions) {
            into.addDefined(
                    section, each.offset(), each.spec().type().isMapInMap() ? withInner(each, innerById) : each.spec());
        }
        return programArrays;
    }

    /** The maps that have the id an outer map asks for are in it, each at the slot it names. */
    private MapSpec withInner(Definition outer, Map<Integer, List<Integer>> innerById) throws ObjectFileException {
        OptionalInt prototype = OptionalInt.empty();
        List<MapSpec.Entry> contents = new ArrayList<>();
        if (outer.innerIndex() >= 0 && outer.innerIndex() < definitions.size()) {
            prototype = OptionalInt.of(outer.innerIndex());
        }
        for (int index : innerById.getOrDefault(outer.innerId(), List.of())) {
            prototype = prototype.isPresent() ? prototype : OptionalInt.of(index);
            contents.add(new MapSpec.Entry.InnerMap(definitions.get(index).innerSlot(), index));
            if (++innerMaps > MAX_INNER_MAPS) {
                throw section.data().fail(outer.offset(), "maps of maps hold more than " + MAX_INNER_MAPS + " maps");
            }
        }
        if (prototype.isEmpty()) {
            throw section.data()
                    .fail(
                            outer.offset(),
                            "map " + SectionData.quote(outer.spec().name())
                                    + " is a map of maps, and no map has the id of its inner maps, " + outer.innerId());
        }
        MapSpec inner = definitions.get(prototype.getAsInt()).spec();
        if (inner.type().isMapInMap()) {
            throw section.data()
                    .fail(
                            outer.offset(),
                            "map " + SectionData.quote(outer.spec().name())
                                    + " holds maps of maps, which is not supported");
        }
        return outer.spec().withInner(inner).withContents(contents);
    }
}
