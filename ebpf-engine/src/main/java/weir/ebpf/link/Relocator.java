// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.util.Map;
import java.util.OptionalInt;
import weir.ebpf.ObjectFileException;
import weir.ebpf.elf.ElfFile;
import weir.ebpf.elf.Relocation;
import weir.ebpf.elf.Section;
import weir.ebpf.elf.SectionData;
import weir.ebpf.elf.Symbol;
import weir.ebpf.isa.SwitchCalls;

/** Applies the ELF relocations of sections of code: maps, data, functions, and what is outside the object. */
final class Relocator {
    private final ElfFile elf;
    private final MapTable maps;
    private final Map<Integer, CodeSection> code;
    private final Map<String, Integer> kconfig;

    /**
     * A relocator.
     *
     * @param code by index of section
     * @param kconfig offsets of configuration values in the map {@code .kconfig}, which is the last map
     */
    Relocator(ElfFile elf, MapTable maps, Map<Integer, CodeSection> code, Map<String, Integer> kconfig) {
        this.elf = elf;
        this.maps = maps;
        this.code = code;
        this.kconfig = kconfig;
    }

    void relocate(CodeSection section) throws ObjectFileException {
        for (Relocation relocation : elf.relocations(section.section())) {
            long offset = relocation.offset();
            if (offset < 0
                    || offset % CodeSection.SLOT_BYTES != 0
                    || offset / CodeSection.SLOT_BYTES >= section.slots()) {
                throw section.section().data().fail(offset, "a relocation is for no instruction of the section");
            }
            int slot = (int) (offset / CodeSection.SLOT_BYTES);
            if (relocation.type() == Relocation.BPF_64_32 && section.isCall(slot)) {
                relocateCall(section, slot, relocation.symbol());
            } else if (relocation.type() == Relocation.BPF_64_64 && section.isWide(slot)) {
                relocateWide(section, slot, relocation.symbol());
            } else {
                throw section.fail(
                        slot,
                        Relocation.typeName(relocation.type()) + " against "
                                + SectionData.quote(relocation.symbol().name())
                                + " is not supported here; supported in code are R_BPF_64_64 for 64-bit immediates and"
                                + " R_BPF_64_32 for calls");
            }
        }
    }

    private void relocateCall(CodeSection section, int slot, Symbol symbol) throws ObjectFileException {
        String name = SectionData.quote(symbol.name());
        if (symbol.section() == Symbol.UNDEFINED) {
            OptionalInt known = SwitchCalls.numberOf(symbol.name());
            if (known.isPresent()) {
                section.putCall(slot, CodeSection.HELPER_CALL, known.getAsInt());
                return;
            }
            section.putCall(slot, CodeSection.KERNEL_CALL, 0);
            section.markUnresolved(
                    slot,
                    "function " + name + ": it is not in the object, and functions of the kernel"
                            + " are not supported");
            return;
        }
        if (section.sourceField(slot) != CodeSection.LOCAL_CALL) {
            throw section.fail(slot, "a call with relocation against " + name + " is no call of a function");
        }
        // The immediate counts instructions from the symbol's section, less the one that a call goes past.
        long bytes = symbol.value() + (section.immediate(slot) + 1L) * CodeSection.SLOT_BYTES;
        section.refer(slot, target(section, slot, symbol, bytes));
    }

    private CodeSection.Target target(CodeSection from, int slot, Symbol symbol, long bytes)
            throws ObjectFileException {
        CodeSection section = code.get(symbol.section());
        String name = SectionData.quote(symbol.name());
        if (section == null) {
            throw from.fail(
                    slot,
                    "calls " + name + " in section " + SectionData.quote(sectionName(symbol))
                            + ", which holds no code");
        }
        if (symbol.value() < 0
                || symbol.value() > Integer.MAX_VALUE
                || bytes < 0
                || bytes % CodeSection.SLOT_BYTES != 0
                || bytes / CodeSection.SLOT_BYTES >= section.slots()) {
            throw from.fail(
                    slot,
                    "refers to " + name + " at byte " + bytes + " of section " + SectionData.quote(section.name())
                            + ", where no instruction begins");
        }
        return new CodeSection.Target(section, (int) (bytes / CodeSection.SLOT_BYTES));
    }

    private void relocateWide(CodeSection section, int slot, Symbol symbol) throws ObjectFileException {
        String name = SectionData.quote(symbol.name());
        int index = symbol.section();
        if (index == Symbol.UNDEFINED) {
            relocateExternal(section, slot, symbol);
            return;
        }
        if (index >= Symbol.RESERVED) {
            throw section.fail(
                    slot,
                    "refers to " + name + ", which has no section; initialise the variable or"
                            + " compile with -fno-common");
        }
        long addend = section.immediate(slot);
        if (code.containsKey(index)) {
            section.putWide(slot, CodeSection.FUNCTION_ADDRESS, 0, 0);
            section.refer(slot, target(section, slot, symbol, symbol.value() + addend));
            return;
        }
        OptionalInt data = maps.ofData(index);
        if (data.isPresent()) {
            long offset = symbol.value() + addend;
            int size = maps.map(data.getAsInt()).valueBytes();
            if (symbol.value() < 0 || offset < 0 || offset >= size) {
                throw section.fail(
                        slot,
                        "refers to byte " + offset + " of section " + SectionData.quote(sectionName(symbol))
                                + ", which has " + size);
            }
            section.putWide(slot, CodeSection.MAP_VALUE, data.getAsInt(), (int) offset);
            return;
        }
        OptionalInt map = maps.definedAt(index, symbol.value() + addend);
        if (map.isEmpty()) {
            throw section.fail(
                    slot,
                    "refers to " + name + " in section " + SectionData.quote(sectionName(symbol))
                            + ", which is no map and no data; supported sections are " + SectionNames.DATA_SECTIONS);
        }
        section.putWide(slot, CodeSection.MAP_INDEX, map.getAsInt(), 0);
    }

    /** Configuration values and addresses of the kernel: there is neither here. What is weak is 0. */
    private void relocateExternal(CodeSection section, int slot, Symbol symbol) {
        String name = SectionData.quote(symbol.name());
        boolean isWeak = symbol.binding() == Symbol.WEAK;
        Integer offset = kconfig.get(symbol.name());
        if (offset != null) {
            section.putWide(slot, CodeSection.MAP_VALUE, maps.size() - 1, offset);
            if (!isWeak) {
                section.markUnresolved(
                        slot,
                        "configuration value " + name + ": there is no kernel configuration here;"
                                + " a weak one would be 0");
            }
            return;
        }
        section.putWide(slot, CodeSection.PLAIN_NUMBER, 0, 0);
        if (!isWeak) {
            section.markUnresolved(
                    slot, "symbol " + name + ": it is not in the object, and symbols of the kernel are not supported");
        }
    }

    private String sectionName(Symbol symbol) {
        Section section =
                symbol.section() < elf.sections().size() ? elf.sections().get(symbol.section()) : null;
        return section == null ? "" : section.name();
    }
}
