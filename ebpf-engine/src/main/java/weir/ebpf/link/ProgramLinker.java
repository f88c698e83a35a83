// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import weir.ebpf.ObjectFileException;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;
import weir.ebpf.btf.reader.BtfExt;
import weir.ebpf.elf.SectionData;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Decoder;
import weir.ebpf.isa.MalformedCodeException;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.program.SourceLine;
import weir.ebpf.program.Subprogram;

/**
 * Puts programs together: the function itself, then each function it reaches, in the order of first
 * reference and depth first, as {@code bpf_object__reloc_code} of libbpf does. Every program gets copies
 * of its own.
 */
final class ProgramLinker {
    /** Together programs have at most this many times the instructions of the object, and {@link #FREE_SLOTS}. */
    private static final int GROWTH = 32;

    private static final int FREE_SLOTS = 1 << 16;

    private final FunctionFinder functions;
    private final Btf btf;
    private final Signatures signatures;
    private final String license;
    private final long maxSlots;
    private long linkedSlots;

    ProgramLinker(FunctionFinder functions, Btf btf, String license, long objectSlots) {
        this.functions = functions;
        this.btf = btf;
        signatures = new Signatures(btf);
        this.license = license;
        maxSlots = objectSlots * GROWTH + FREE_SLOTS;
    }

    /** @param name of the program */
    ProgramSpec link(Function main, String name, ProgramType type) throws ObjectFileException {
        Map<Function, Integer> places = place(main);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<Subprogram> subprograms = new ArrayList<>();
        List<SourceLine> lines = new ArrayList<>();
        List<ProgramSpec.Unresolved> unresolved = new ArrayList<>();
        for (Map.Entry<Function, Integer> each : places.entrySet()) {
            Function function = each.getKey();
            int place = each.getValue();
            bytes.writeBytes(relocated(function, place, places));
            subprograms.add(describe(function, place, place == 0 ? name : function.name()));
            addLines(function, place, lines);
            function.section()
                    .unresolved(function.start(), function.end())
                    .forEach((slot, what) ->
                            unresolved.add(new ProgramSpec.Unresolved(place + slot - function.start(), what)));
        }
        String section = main.section().name();
        Code code = decode(main, name, bytes.toByteArray());
        return new ProgramSpec(
                name, section, type, SectionNames.attach(section), code, subprograms, lines, license, unresolved);
    }

    private static Code decode(Function main, String name, byte[] bytes) throws ObjectFileException {
        try {
            return Decoder.decode(bytes);
        } catch (MalformedCodeException e) {
            throw main.section().fail(main.start(), "program " + SectionData.quote(name) + ": " + e.getMessage());
        }
    }

    /** First slot of each function that the main one reaches. */
    private Map<Function, Integer> place(Function main) throws ObjectFileException {
        Map<Function, Integer> places = new LinkedHashMap<>();
        Deque<Iterator<CodeSection.Target>> open = new ArrayDeque<>();
        int end = add(main, 0, places, open);
        while (!open.isEmpty()) {
            Iterator<CodeSection.Target> references = open.peek();
            if (!references.hasNext()) {
                open.pop();
                continue;
            }
            Function function = functions.at(references.next());
            if (!places.containsKey(function)) {
                end = add(function, end, places, open);
            }
        }
        return places;
    }

    private int add(
            Function function, int place, Map<Function, Integer> places, Deque<Iterator<CodeSection.Target>> open)
            throws ObjectFileException {
        linkedSlots += function.slots();
        if (linkedSlots > maxSlots) {
            throw function.section()
                    .fail(
                            function.start(),
                            "programs with their subprograms have more than " + maxSlots + " instructions together");
        }
        places.put(function, place);
        open.push(function.section()
                .targets(function.start(), function.end())
                .values()
                .iterator());
        return place + function.slots();
    }

    private byte[] relocated(Function function, int place, Map<Function, Integer> places) {
        CodeSection section = function.section();
        byte[] bytes = new byte[function.slots() * CodeSection.SLOT_BYTES];
        System.arraycopy(section.bytes(), function.start() * CodeSection.SLOT_BYTES, bytes, 0, bytes.length);
        ByteBuffer code = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        section.targets(function.start(), function.end()).forEach((slot, target) -> {
            int inFunction = slot - function.start();
            int distance = Objects.requireNonNull(places.get(functions.at(target))) - (place + inFunction) - 1;
            code.putInt(inFunction * CodeSection.SLOT_BYTES + 4, distance);
        });
        return bytes;
    }

    private Subprogram describe(Function function, int place, String name) {
        int typeId = typeId(function);
        boolean isGlobal = place == 0;
        String known = name;
        if (btf.type(typeId) instanceof BtfType.Function type) {
            isGlobal |= type.linkage() == BtfType.Function.GLOBAL && !function.isHidden();
            known = known.isEmpty() ? type.name() : known;
        }
        return new Subprogram(known, place, isGlobal, typeId, isGlobal && place != 0 ? signatures.of(typeId) : null);
    }

    private int typeId(Function function) {
        int offset = function.start() * CodeSection.SLOT_BYTES;
        List<BtfExt.FunctionInfo> infos = function.section().functionInfos();
        int low = 0;
        int high = infos.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (infos.get(middle).offset() < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < infos.size() && infos.get(low).offset() == offset
                ? infos.get(low).typeId()
                : 0;
    }

    private static void addLines(Function function, int place, List<SourceLine> into) {
        List<BtfExt.LineInfo> lines = function.section().lines();
        int offset = function.start() * CodeSection.SLOT_BYTES;
        int low = 0;
        int high = lines.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (lines.get(middle).offset() < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for (int i = low; i < lines.size(); i++) {
            BtfExt.LineInfo line = lines.get(i);
            int slot = line.offset() / CodeSection.SLOT_BYTES;
            if (slot >= function.end()) {
                break;
            }
            into.add(new SourceLine(
                    place + slot - function.start(), line.file(), line.line(), line.column(), line.text()));
        }
    }
}
