// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weir.ebpf.ObjectFileException;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;
import weir.ebpf.elf.Section;
import weir.ebpf.elf.SectionData;
import weir.ebpf.elf.Symbol;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;

/** Global variables: each section of data is an array map with one value. */
final class DataMaps {
    /** Most bytes of all {@code .bss} sections, which need none in the file. */
    static final long MAX_ZERO_BYTES = 16 << 20;

    private static final int MAX_KCONFIG_BYTES = 1 << 16;
    private static final int KCONFIG_ALIGNMENT = 8;

    private final Btf btf;
    private final Map<String, Integer> dataSections = new HashMap<>();
    private long zeroBytes;

    DataMaps(Btf btf) {
        this.btf = btf;
        for (int id = 1; id < btf.types().size(); id++) {
            if (btf.type(id) instanceof BtfType.DataSection section) {
                dataSections.putIfAbsent(section.name(), id);
            }
        }
    }

    void add(Section section, MapTable into) throws ObjectFileException {
        long size = section.sizeBytes();
        boolean isZero = section.type() == Section.NOBITS;
        if (isZero) {
            zeroBytes = size > MAX_ZERO_BYTES ? size : zeroBytes + size;
            if (zeroBytes > MAX_ZERO_BYTES) {
                throw section.data()
                        .fail(
                                0,
                                "uninitialised data of " + zeroBytes + " bytes; at most " + MAX_ZERO_BYTES
                                        + " are supported");
            }
        }
        List<MapSpec.Entry> contents = isZero
                ? List.of()
                : List.of(new MapSpec.Entry.Data(Bytes.of(section.data().copy(0, size))));
        into.addData(section, array(section.name(), (int) size, contents));
    }

    /** Offsets of the configuration values that a program asks for; all are 0 here. */
    Map<String, Integer> addKconfig(MapTable into) throws ObjectFileException {
        Map<String, Integer> offsets = new HashMap<>();
        int id = dataSections.getOrDefault(SectionNames.KCONFIG, 0);
        if (!(btf.type(id) instanceof BtfType.DataSection section)) {
            return offsets;
        }
        long end = 0;
        for (BtfType.Placed placed : section.variables()) {
            offsets.put(btf.type(placed.variable()).name(), (int) end);
            long size = btf.sizeBytes(placed.variable()).orElse(0);
            end += Math.ceilDiv(size, KCONFIG_ALIGNMENT) * KCONFIG_ALIGNMENT;
            if (end > MAX_KCONFIG_BYTES) {
                throw SectionData.failIn(
                        SectionNames.BTF, 0, "more than " + MAX_KCONFIG_BYTES + " bytes in " + SectionNames.KCONFIG);
            }
        }
        if (end > 0) {
            into.add(array(SectionNames.KCONFIG, (int) end, List.of()));
        }
        return offsets;
    }

    /**
     * Types with places: compilers leave offsets of global variables and sizes of sections in DATASECs to
     * the linker, {@code btf_fixup_datasec} of libbpf.
     */
    static Btf withPlaces(Btf btf, List<Section> sections, Map<Integer, List<Symbol>> symbols) {
        List<BtfType> types = new ArrayList<>(btf.types());
        Map<String, Section> byName = new HashMap<>();
        sections.forEach(section -> byName.putIfAbsent(section.name(), section));
        Map<Integer, Map<String, Symbol>> globals = new HashMap<>();
        for (int id = 1; id < types.size(); id++) {
            if (types.get(id) instanceof BtfType.DataSection dataSection) {
                Section section = byName.get(dataSection.name());
                if (section != null && section.sizeBytes() <= Integer.MAX_VALUE) {
                    Map<String, Symbol> ofSection = globals.computeIfAbsent(
                            section.index(), index -> globals(symbols.getOrDefault(index, List.of())));
                    types.set(id, placed(btf, dataSection, section, ofSection));
                }
            }
        }
        return new Btf(types);
    }

    private static Map<String, Symbol> globals(List<Symbol> symbols) {
        Map<String, Symbol> byName = new HashMap<>();
        symbols.stream().filter(Symbol::isGlobal).forEach(symbol -> byName.putIfAbsent(symbol.name(), symbol));
        return byName;
    }

    private static BtfType placed(
            Btf btf, BtfType.DataSection dataSection, Section section, Map<String, Symbol> byName) {
        List<BtfType.Placed> variables = new ArrayList<>();
        for (BtfType.Placed each : dataSection.variables()) {
            boolean isGlobal = btf.type(each.variable()) instanceof BtfType.Variable variable
                    && variable.linkage() == BtfType.Variable.GLOBAL;
            @Nullable
            Symbol symbol = isGlobal ? byName.get(btf.type(each.variable()).name()) : null;
            if (symbol != null && symbol.value() >= 0 && symbol.value() <= section.sizeBytes()) {
                variables.add(new BtfType.Placed(each.variable(), symbol.value(), each.sizeBytes()));
            } else {
                variables.add(each);
            }
        }
        variables.sort(Comparator.comparingLong(BtfType.Placed::offset));
        return new BtfType.DataSection(dataSection.name(), section.sizeBytes(), List.copyOf(variables));
    }

    private MapSpec array(String name, int valueBytes, List<MapSpec.Entry> contents) {
        boolean isReadOnly = SectionNames.isReadOnlyData(name) || name.equals(SectionNames.KCONFIG);
        int typeId = dataSections.getOrDefault(name, 0);
        int flags = (isReadOnly ? MapFlags.RDONLY_PROG : 0) | (hasGlobals(typeId) ? MapFlags.MMAPABLE : 0);
        MapSpec.@Nullable ValueTypes types = typeId == 0 ? null : new MapSpec.ValueTypes(0, typeId);
        return MapSpec.builder(name, MapType.ARRAY)
                .keyBytes(Integer.BYTES)
                .valueBytes(valueBytes)
                .maxEntries(1)
                .flags(flags)
                .contents(contents)
                .frozen(isReadOnly)
                .types(types)
                .spinLockOffset(isReadOnly ? MapSpec.NO_SPIN_LOCK : SpinLocks.offset(btf, MapType.ARRAY, typeId))
                .build();
    }

    /** Sections of nothing but static variables are not mapped into loaders, as in libbpf. */
    private boolean hasGlobals(int typeId) {
        return btf.type(typeId) instanceof BtfType.DataSection section
                && section.variables().stream()
                        .anyMatch(each -> btf.type(each.variable()) instanceof BtfType.Variable variable
                                && variable.linkage() != BtfType.Variable.STATIC);
    }
}
