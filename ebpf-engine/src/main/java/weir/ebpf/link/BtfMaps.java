// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weir.ebpf.ObjectFileException;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;
import weir.ebpf.elf.Section;
import weir.ebpf.elf.SectionData;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;

/**
 * Maps defined by the types of variables in {@code .maps}: {@code __uint(type, X)} is a pointer to an
 * array of X elements, {@code __type(key, T)} a pointer to T. As {@code parse_btf_map_def} of libbpf.
 */
final class BtfMaps {
    private static final String FIELDS =
            "type, key, value, key_size, value_size, max_entries, map_flags, map_extra, numa_node, pinning, values";
    private static final int MAX_FIELDS = 16;
    private static final int FILE_DESCRIPTOR_BYTES = 4;

    private final Btf btf;
    private final Section section;
    private final long offset;
    private final String name;

    private int typeNumber;
    private int keyBytes;
    private int valueBytes;
    private int maxEntries;
    private int flags;
    private long extra;
    private int keyType;
    private int valueType;
    private @Nullable MapSpec inner;
    private MapSpec.Pinning pinning = MapSpec.Pinning.NONE;
    private int numaNode = MapSpec.NO_NUMA_NODE;
    private final Set<String> seen = new HashSet<>();

    private BtfMaps(Btf btf, Section section, long offset, String name) {
        this.btf = btf;
        this.section = section;
        this.offset = offset;
        this.name = name;
    }

    static void read(Section section, Btf btf, MapTable into) throws ObjectFileException {
        OptionalInt id = btf.dataSection(section.name());
        if (id.isEmpty()) {
            throw section.data().fail(0, "its maps are described by BTF, and .BTF has no DATASEC of that name");
        }
        for (BtfType.Placed placed : ((BtfType.DataSection) btf.type(id.getAsInt())).variables()) {
            if (!(btf.type(placed.variable()) instanceof BtfType.Variable variable)) {
                throw section.data().fail(placed.offset(), "the DATASEC holds a function");
            }
            long end = placed.offset() + placed.sizeBytes();
            if (end > section.sizeBytes()) {
                throw section.data()
                        .fail(
                                placed.offset(),
                                "map " + SectionData.quote(variable.name()) + " of " + placed.sizeBytes()
                                        + " bytes is not inside the section of " + section.sizeBytes());
            }
            BtfMaps map = new BtfMaps(btf, section, placed.offset(), variable.name());
            into.addDefined(section, placed.offset(), map.readDefinition(variable.type(), false));
        }
    }

    /** Index of each map that has a field {@code values}, by where in the section that begins. */
    static NavigableMap<Long, Integer> valuesPlaces(Section section, Btf btf, Map<Long, Integer> definitions) {
        NavigableMap<Long, Integer> places = new TreeMap<>();
        int id = btf.dataSection(section.name()).orElse(0);
        if (!(btf.type(id) instanceof BtfType.DataSection dataSection)) {
            return places;
        }
        for (BtfType.Placed placed : dataSection.variables()) {
            Integer map = definitions.get(placed.offset());
            if (map != null
                    && btf.type(placed.variable()) instanceof BtfType.Variable variable
                    && btf.resolved(variable.type()) instanceof BtfType.Struct struct
                    && struct.members().getLast().name().equals("values")) {
                places.put(placed.offset() + struct.members().getLast().bitOffset() / 8, map);
            }
        }
        return places;
    }

    private ObjectFileException fail(String rule) {
        return section.data().fail(offset, "map " + SectionData.quote(name) + ": " + rule);
    }

    private MapSpec readDefinition(int type, boolean isInner) throws ObjectFileException {
        if (!(btf.resolved(type) instanceof BtfType.Struct struct) || struct.isUnion()) {
            throw fail("its type is no struct");
        }
        if (name.isEmpty()) {
            throw fail("it has no name");
        }
        if (struct.members().size() > MAX_FIELDS) {
            throw fail("its definition has " + struct.members().size() + " fields; known are " + FIELDS);
        }
        for (int i = 0; i < struct.members().size(); i++) {
            BtfType.Member member = struct.members().get(i);
            if (!seen.add(member.name())) {
                throw fail("field " + SectionData.quote(member.name()) + " is there twice");
            }
            readField(member, isInner, i == struct.members().size() - 1);
        }
        if (!seen.contains("type")) {
            throw fail("it has no field \"type\"");
        }
        MapType mapType = MapTable.type(section, offset, SectionData.quote(name), typeNumber);
        MapSpec.ValueTypes types = keyType == 0 && valueType == 0 ? null : new MapSpec.ValueTypes(keyType, valueType);
        return MapSpec.builder(name, mapType)
                .keyBytes(keyBytes)
                .valueBytes(valueBytes)
                .maxEntries(maxEntries)
                .flags(flags)
                .extra(extra)
                .inner(inner)
                .types(types)
                .pinning(pinning)
                .numaNode(numaNode)
                .spinLockOffset(SpinLocks.offset(btf, mapType, valueType))
                .build();
    }

    private void readField(BtfType.Member member, boolean isInner, boolean isLast) throws ObjectFileException {
        switch (member.name()) {
            case "type" -> typeNumber = number(member);
            case "max_entries" -> maxEntries = count(member);
            case "map_flags" -> flags = number(member);
            case "map_extra" -> extra = longNumber(member);
            case "key_size" -> keyBytes = sameSize(keyBytes, count(member), "key");
            case "value_size" -> valueBytes = sameSize(valueBytes, count(member), "value");
            case "key" -> {
                keyType = pointee(member);
                keyBytes = sameSize(keyBytes, size(keyType, "key"), "key");
            }
            case "value" -> {
                valueType = pointee(member);
                valueBytes = sameSize(valueBytes, size(valueType, "value"), "value");
            }
            case "values" -> readValues(member, isInner, isLast);
            case "numa_node" -> numaNode = number(member);
            case "pinning" -> pinning = pinning(number(member), isInner);
            default -> throw fail("field " + SectionData.quote(member.name()) + " is not known; known are " + FIELDS);
        }
    }

    /** {@code LIBBPF_PIN_NONE}, {@code LIBBPF_PIN_BY_NAME}. */
    private MapSpec.Pinning pinning(int number, boolean isInner) throws ObjectFileException {
        if (isInner) {
            throw fail("inner maps cannot be pinned");
        }
        MapSpec.Pinning[] known = MapSpec.Pinning.values();
        if (number < 0 || number >= known.length) {
            throw fail("pinning " + Integer.toUnsignedString(number)
                    + " is not known; known are 0 (LIBBPF_PIN_NONE) and 1 (LIBBPF_PIN_BY_NAME)");
        }
        return known[number];
    }

    private void readValues(BtfType.Member member, boolean isInner, boolean isLast) throws ObjectFileException {
        boolean isMapInMap =
                MapType.ofNumber(typeNumber).filter(MapType::isMapInMap).isPresent();
        if (isInner || !isLast || (!isMapInMap && typeNumber != MapType.PROG_ARRAY.number())) {
            throw fail("\"values\" is for maps of maps and program arrays, behind the other fields");
        }
        valueBytes = sameSize(valueBytes, FILE_DESCRIPTOR_BYTES, "value");
        if (!(btf.resolved(member.type()) instanceof BtfType.Array array)
                || !(btf.resolved(array.element()) instanceof BtfType.Pointer pointer)) {
            throw fail("\"values\" is no array of pointers");
        }
        if (isMapInMap) {
            inner = new BtfMaps(btf, section, offset, name + ".inner").readDefinition(pointer.target(), true);
        }
    }

    private int sameSize(int known, int found, String what) throws ObjectFileException {
        if (known != 0 && known != found) {
            throw fail("its " + what + " has " + known + " bytes and " + found + " bytes");
        }
        return found;
    }

    private int pointee(BtfType.Member member) throws ObjectFileException {
        if (btf.type(member.type()) instanceof BtfType.Pointer pointer) {
            return pointer.target();
        }
        throw fail("field " + SectionData.quote(member.name()) + " is no pointer; write __type(" + member.name()
                + ", T) or __uint(" + member.name() + ", N)");
    }

    private int size(int type, String what) throws ObjectFileException {
        return (int) btf.sizeBytes(type).orElseThrow(() -> fail("the type of its " + what + " has no size"));
    }

    private int count(BtfType.Member member) throws ObjectFileException {
        int number = number(member);
        if (number < 0) {
            throw fail("field " + SectionData.quote(member.name()) + " is " + Integer.toUnsignedString(number)
                    + ", at most " + Integer.MAX_VALUE + " is supported");
        }
        return number;
    }

    private int number(BtfType.Member member) throws ObjectFileException {
        long number = longNumber(member);
        if (number != (int) number && (number >>> 32) != 0) {
            throw fail("field " + SectionData.quote(member.name()) + " does not fit 32 bits: " + number);
        }
        return (int) number;
    }

    /** {@code __uint} as the length of an array, {@code __ulong} as the only constant of an enum. */
    private long longNumber(BtfType.Member member) throws ObjectFileException {
        return switch (btf.resolved(pointee(member))) {
            case BtfType.Array array -> array.count();
            case BtfType.Enumeration constant
            when constant.values().size() == 1 -> constant.values().getFirst().value();
            default ->
                throw fail("field " + SectionData.quote(member.name()) + " is no number; write __uint(" + member.name()
                        + ", N)");
        };
    }
}
