// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import weir.ebpf.ObjectFileException;
import weir.ebpf.elf.SectionData;
import weir.ebpf.elf.Symbol;

/**
 * Divides sections of code into functions: by their symbols, and where there are none by what is called.
 * Compilers before LLVM 8 gave functions symbols without type.
 */
final class FunctionFinder {
    /** Functions by section, in the order of sections, then as programs are listed: by symbol. */
    private final Map<CodeSection, List<Function>> declared = new LinkedHashMap<>();

    private final Map<CodeSection, TreeMap<Integer, Function>> byStart = new LinkedHashMap<>();

    FunctionFinder(Collection<CodeSection> sections, Map<Integer, List<Symbol>> symbols) throws ObjectFileException {
        for (CodeSection section : sections) {
            List<Symbol> ofSection = symbols.getOrDefault(section.section().index(), List.of());
            List<Function> functions = declare(section, ofSection);
            declared.put(section, functions);
            TreeMap<Integer, Function> starts = new TreeMap<>();
            functions.forEach(function -> starts.putIfAbsent(function.start(), function));
            byStart.put(section, starts);
        }
        addCalled(sections);
    }

    /** Functions that symbols declare, in the order of symbols; the whole section where there are none. */
    List<Function> declared(CodeSection section) {
        return declared.getOrDefault(section, List.of());
    }

    private NavigableMap<Integer, Function> starts(CodeSection section) {
        return byStart.computeIfAbsent(section, each -> new TreeMap<>());
    }

    Function at(CodeSection.Target target) {
        Function function = starts(target.section()).get(target.slot());
        if (function == null) {
            throw new IllegalStateException("no function at slot " + target.slot());
        }
        return function;
    }

    private static List<Function> declare(CodeSection section, List<Symbol> symbols) throws ObjectFileException {
        List<Symbol> functions = symbols.stream()
                .filter(symbol -> symbol.type() == Symbol.FUNCTION)
                .toList();
        if (functions.isEmpty()) {
            functions = symbols.stream()
                    .filter(symbol -> symbol.type() == Symbol.NO_TYPE && symbol.isGlobal())
                    .toList();
        }
        List<Integer> starts = new ArrayList<>();
        for (Symbol symbol : functions) {
            starts.add(startOf(section, symbol));
        }
        TreeSet<Integer> borders = new TreeSet<>(starts);
        List<Function> found = new ArrayList<>();
        for (int i = 0; i < functions.size(); i++) {
            found.add(declare(section, functions.get(i), starts.get(i), borders));
        }
        if (found.isEmpty()) {
            found.add(new Function(section, "", 0, section.slots(), true, false));
        }
        return found;
    }

    private static int startOf(CodeSection section, Symbol symbol) throws ObjectFileException {
        long value = symbol.value();
        if (value < 0 || value % CodeSection.SLOT_BYTES != 0 || value / CodeSection.SLOT_BYTES >= section.slots()) {
            throw section.section()
                    .data()
                    .fail(
                            value,
                            "function " + SectionData.quote(symbol.name())
                                    + " begins where no instruction of the section does");
        }
        return (int) (value / CodeSection.SLOT_BYTES);
    }

    private static Function declare(CodeSection section, Symbol symbol, int start, NavigableSet<Integer> borders)
            throws ObjectFileException {
        long bytes = symbol.sizeBytes();
        Integer next = borders.higher(start);
        int end = next == null ? section.slots() : next;
        if (bytes != 0) {
            if (bytes < 0
                    || bytes % CodeSection.SLOT_BYTES != 0
                    || bytes / CodeSection.SLOT_BYTES > section.slots() - start) {
                throw section.fail(
                        start,
                        "function " + SectionData.quote(symbol.name()) + " has " + Long.toUnsignedString(bytes)
                                + " bytes, " + (section.slots() - start) * 8L + " are there");
            }
            end = start + (int) (bytes / CodeSection.SLOT_BYTES);
        }
        return new Function(section, symbol.name(), start, end, symbol.isGlobal(), symbol.isHidden());
    }

    /** Functions that no symbol declares: from where a call goes to where the next one begins. */
    private void addCalled(Collection<CodeSection> sections) {
        Map<CodeSection, TreeSet<Integer>> called = new LinkedHashMap<>();
        for (CodeSection section : sections) {
            for (CodeSection.Target target : section.targets(0, section.slots()).values()) {
                if (!starts(target.section()).containsKey(target.slot())) {
                    called.computeIfAbsent(target.section(), each -> new TreeSet<>())
                            .add(target.slot());
                }
            }
        }
        called.forEach((section, slots) -> {
            for (int slot : slots) {
                Integer nextCalled = slots.higher(slot);
                Integer nextDeclared = starts(section).higherKey(slot);
                int end = section.slots();
                end = nextCalled == null ? end : Math.min(end, nextCalled);
                end = nextDeclared == null ? end : Math.min(end, nextDeclared);
                starts(section).put(slot, new Function(section, "", slot, end, false, false));
            }
            cutUnnamed(section, slots);
        });
    }

    /** A section without symbols was one function; it ends where the first called one begins. */
    private void cutUnnamed(CodeSection section, NavigableSet<Integer> called) {
        List<Function> functions = declared.getOrDefault(section, List.of());
        boolean hasNoSymbols =
                functions.size() == 1 && functions.getFirst().name().isEmpty();
        Integer first = called.higher(0);
        if (hasNoSymbols && first != null) {
            Function cut = new Function(section, "", 0, first, true, false);
            declared.put(section, List.of(cut));
            starts(section).put(0, cut);
        }
    }
}
