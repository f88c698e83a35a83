// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import weir.ebpf.ObjectFileException;
import weir.ebpf.btf.Btf;
import weir.ebpf.elf.ElfFile;
import weir.ebpf.elf.Relocation;
import weir.ebpf.elf.Section;
import weir.ebpf.elf.SectionData;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;

/** What maps of maps and program arrays hold from the start. */
final class MapContents {
    private static final int POINTER_BYTES = 8;

    private final ElfFile elf;
    private final Btf btf;
    private final MapTable maps;
    private final Map<Place, String> programs = new HashMap<>();
    private final List<Function> mains;
    private final ProgramNames names;
    private final Map<Integer, List<MapSpec.Entry>> found = new TreeMap<>();

    private record Place(int section, long offset) {}

    MapContents(ElfFile elf, Btf btf, MapTable maps, List<Function> mains, ProgramNames names) {
        this.elf = elf;
        this.btf = btf;
        this.maps = maps;
        this.mains = mains;
        this.names = names;
        for (Function main : mains) {
            long offset = (long) main.start() * CodeSection.SLOT_BYTES;
            programs.putIfAbsent(new Place(main.section().section().index(), offset), names.of(main));
        }
    }

    /**
     * Adds the contents to the maps.
     *
     * @param btfMaps the section {@code .maps}
     * @param programArrays program arrays by iproute2 id
     */
    void fill(Optional<Section> btfMaps, Map<Integer, Integer> programArrays) throws ObjectFileException {
        if (btfMaps.isPresent()) {
            fillValues(btfMaps.get());
        }
        fillByName(programArrays);
        found.forEach((index, entries) -> {
            MapSpec spec = maps.map(index);
            List<MapSpec.Entry> contents = new ArrayList<>(spec.contents());
            contents.addAll(entries);
            maps.replace(index, spec.withContents(contents));
        });
    }

    /** {@code .values = { [0] = &map }}: a relocation for each place in the array behind the definition. */
    private void fillValues(Section section) throws ObjectFileException {
        NavigableMap<Long, Integer> definitions = maps.definitions(section.index());
        NavigableMap<Long, Integer> values = BtfMaps.valuesPlaces(section, btf, definitions);
        for (Relocation relocation : elf.relocations(section)) {
            Map.Entry<Long, Integer> map = values.floorEntry(relocation.offset());
            Map.Entry<Long, Integer> definition = definitions.floorEntry(relocation.offset());
            boolean isValue =
                    map != null && definition != null && map.getValue().equals(definition.getValue());
            if (!isValue || (relocation.offset() - map.getKey()) % POINTER_BYTES != 0) {
                throw section.data()
                        .fail(
                                relocation.offset(),
                                Relocation.typeName(relocation.type()) + " against "
                                        + SectionData.quote(relocation.symbol().name())
                                        + " is for no element of \"values\"");
            }
            int key = (int) ((relocation.offset() - map.getKey()) / POINTER_BYTES);
            section.data().i64(relocation.offset());
            addValue(section, map.getValue(), key, relocation);
        }
    }

    private void addValue(Section section, int map, int key, Relocation relocation) throws ObjectFileException {
        String name = relocation.symbol().name();
        int symbolSection = relocation.symbol().section();
        long offset = relocation.symbol().value() + section.data().i64(relocation.offset());
        if (maps.map(map).type() == MapType.PROG_ARRAY) {
            String program = programs.get(new Place(symbolSection, offset));
            if (program == null) {
                throw section.data()
                        .fail(relocation.offset(), SectionData.quote(name) + " is no program of this object");
            }
            add(map, new MapSpec.Entry.Program(key, program));
            return;
        }
        OptionalInt inner = maps.definedAt(symbolSection, offset);
        if (inner.isEmpty()) {
            throw section.data().fail(relocation.offset(), SectionData.quote(name) + " is no map of this object");
        }
        add(map, new MapSpec.Entry.InnerMap(key, inner.getAsInt()));
    }

    /** iproute2 puts a program in section {@code 42/7} into slot 7 of the program array with id 42. */
    private void fillByName(Map<Integer, Integer> programArrays) {
        for (Function main : mains) {
            String[] parts = main.section().name().split("/", -1);
            if (parts.length != 2 || !parts[0].matches("[0-9]{1,9}") || !parts[1].matches("[0-9]{1,9}")) {
                continue;
            }
            Integer map = programArrays.get(Integer.parseInt(parts[0]));
            if (map != null) {
                add(map, new MapSpec.Entry.Program(Integer.parseInt(parts[1]), names.of(main)));
            }
        }
    }

    private void add(int map, MapSpec.Entry entry) {
        found.computeIfAbsent(map, index -> new ArrayList<>()).add(entry);
    }
}
