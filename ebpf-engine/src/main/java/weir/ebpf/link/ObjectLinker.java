// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.ebpf.ObjectFileException;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.reader.BtfExt;
import weir.ebpf.btf.reader.BtfReader;
import weir.ebpf.btf.relocation.CoreRelocator;
import weir.ebpf.elf.ElfFile;
import weir.ebpf.elf.Section;
import weir.ebpf.elf.SectionData;
import weir.ebpf.elf.Symbol;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;

/** Reads an object file: types, then maps, then code, then what refers from one to another. */
public final class ObjectLinker {
    private final ElfFile elf;
    private final Map<Integer, List<Symbol>> symbols = new HashMap<>();
    private final MapTable maps = new MapTable();
    private final Map<Integer, CodeSection> code = new LinkedHashMap<>();
    private Btf btf = Btf.EMPTY;
    private BtfExt ext = BtfExt.EMPTY;

    private ObjectLinker(ElfFile elf) {
        this.elf = elf;
        for (Symbol symbol : elf.symbols()) {
            symbols.computeIfAbsent(symbol.section(), section -> new ArrayList<>())
                    .add(symbol);
        }
    }

    /** What an object file holds. */
    public record Result(List<ProgramSpec> programs, List<MapSpec> maps, String license, Btf btf) {}

    /**
     * Reads an object.
     *
     * @param asked type of programs in sections that do not say it; null for what the object itself shows
     */
    public static Result link(byte[] file, @Nullable ProgramType asked) throws ObjectFileException {
        return new ObjectLinker(ElfFile.parse(file)).link(asked);
    }

    private Result link(@Nullable ProgramType asked) throws ObjectFileException {
        readTypes();
        refuseUnsupportedSections();
        Optional<Section> legacySection = elf.section(SectionNames.LEGACY_MAPS);
        Map<Integer, Integer> programArrays = Map.of();
        if (legacySection.isPresent()) {
            programArrays = LegacyMaps.read(legacySection.get(), symbolsOf(legacySection.get()), maps);
        }
        Optional<Section> btfSection = elf.section(SectionNames.BTF_MAPS);
        if (btfSection.isPresent()) {
            BtfMaps.read(btfSection.get(), btf, maps);
        }
        DataMaps data = new DataMaps(btf);
        for (Section section : elf.sections()) {
            if (SectionNames.isData(section.name()) && section.sizeBytes() > 0 && holdsData(section)) {
                data.add(section, maps);
            }
        }
        Map<String, Integer> kconfig = data.addKconfig(maps);
        readCode(kconfig);
        FunctionFinder functions = new FunctionFinder(code.values(), symbols);
        boolean hasNamedMaps =
                legacySection.isPresent() && NamedMaps.isIn(legacySection.get(), symbolsOf(legacySection.get()));
        boolean isVale = asked == null
                ? ValeObject.isOne(code.values(), functions, btf, hasNamedMaps)
                : asked == ProgramType.VALE;
        List<Function> mains = isVale ? List.of(ValeObject.program(code.values(), functions)) : mains(functions);
        ProgramNames names = new ProgramNames(mains);
        new MapContents(elf, btf, maps, mains, names).fill(btfSection, programArrays);
        String license = license();
        List<ProgramSpec> programs = new ArrayList<>();
        ProgramLinker linker = new ProgramLinker(functions, btf, license, slots());
        for (Function main : mains) {
            ProgramType type =
                    isVale ? ProgramType.VALE : SectionNames.type(main.section().name());
            programs.add(linker.link(main, names.of(main), type));
        }
        return new Result(List.copyOf(programs), maps.maps(), license, btf);
    }

    private void readTypes() throws ObjectFileException {
        Optional<Section> section = elf.section(SectionNames.BTF);
        if (section.isEmpty()) {
            return;
        }
        BtfReader.Result types = BtfReader.read(section.get().data());
        btf = DataMaps.withPlaces(types.btf(), elf.sections(), symbols);
        Optional<Section> extSection = elf.section(SectionNames.BTF_EXT);
        if (extSection.isPresent()) {
            ext = BtfExt.read(
                    extSection.get().data(), types.strings(), btf.types().size());
        }
    }

    private void refuseUnsupportedSections() throws ObjectFileException {
        for (Section section : elf.sections()) {
            String name = section.name();
            if (!section.isCode() && (name.equals(".struct_ops") || name.startsWith(".struct_ops."))) {
                throw section.data()
                        .fail(
                                0,
                                "struct_ops are not supported; sections of maps and data that are: "
                                        + SectionNames.DATA_SECTIONS);
            }
        }
    }

    private static boolean holdsData(Section section) {
        return !section.isCode() && (section.type() == Section.PROGBITS || section.type() == Section.NOBITS);
    }

    private List<Symbol> symbolsOf(Section section) {
        return symbols.getOrDefault(section.index(), List.of());
    }

    private void readCode(Map<String, Integer> kconfig) throws ObjectFileException {
        Map<String, Section> names = new HashMap<>();
        for (Section section : elf.sections()) {
            if (section.isCode() && section.data().length() > 0) {
                @Nullable Section other = names.putIfAbsent(section.name(), section);
                if (other != null) {
                    throw section.data().fail(0, "two sections of code have this name");
                }
                code.put(section.index(), new CodeSection(section, ext));
            }
        }
        CoreRelocator core = new CoreRelocator(btf);
        Relocator relocator = new Relocator(elf, maps, code, kconfig);
        for (CodeSection section : code.values()) {
            for (BtfExt.CoreInfo info : ext.relocations().getOrDefault(section.name(), List.of())) {
                String missing = core.apply(section.bytes(), section.name(), info);
                if (missing != null) {
                    section.markUnresolved(info.offset() / CodeSection.SLOT_BYTES, missing);
                }
            }
            relocator.relocate(section);
        }
        for (CodeSection section : code.values()) {
            section.findLocalCalls();
        }
    }

    /** Global functions outside of {@code .text}; those in it where there is no other code. */
    private List<Function> mains(FunctionFinder functions) throws ObjectFileException {
        List<Function> mains = new ArrayList<>();
        for (CodeSection section : code.values()) {
            if (section.name().equals(SectionNames.TEXT) && code.size() > 1) {
                continue;
            }
            List<Function> global = functions.declared(section).stream()
                    .filter(Function::isGlobal)
                    .toList();
            if (global.isEmpty()) {
                throw section.fail(0, "its functions are all static; a program is global");
            }
            mains.addAll(global);
        }
        return mains;
    }

    private long slots() {
        return code.values().stream().mapToLong(CodeSection::slots).sum();
    }

    private String license() throws ObjectFileException {
        Optional<Section> section = elf.section(SectionNames.LICENSE);
        if (section.isEmpty() || section.get().data().length() == 0) {
            return "";
        }
        SectionData data = section.get().data();
        return data.string(0);
    }
}
