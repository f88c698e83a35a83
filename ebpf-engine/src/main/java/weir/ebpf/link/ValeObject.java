// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.util.Collection;
import java.util.OptionalInt;
import weir.ebpf.ObjectFileException;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;

/**
 * Objects for VALE-BPF. Its loader ({@code gbpf_elf_walker.c} of generic-ebpf) takes the one program from the start of
 * {@code .text}, so that no section says what the program is for. What tells them from objects for XDP that have all
 * their code in {@code .text}: the program's parameter where its type is known, else how maps are defined.
 */
final class ValeObject {
    private static final String VALE_CONTEXT = "vale_bpf_md";
    private static final String XDP_CONTEXT = "xdp_md";

    private ValeObject() {}

    /**
     * Whether an object is one of these.
     *
     * @param hasNamedMaps whether maps have the name of their type
     */
    static boolean isOne(Collection<CodeSection> code, FunctionFinder functions, Btf btf, boolean hasNamedMaps) {
        if (code.size() != 1) {
            return false;
        }
        CodeSection section = code.iterator().next();
        if (!section.name().equals(SectionNames.TEXT)) {
            return false;
        }
        return switch (context(section, functions, btf)) {
            case VALE_CONTEXT -> true;
            case XDP_CONTEXT -> false;
            default -> hasNamedMaps;
        };
    }

    /** Name of the struct that the program is given; empty where it is not known. */
    private static String context(CodeSection text, FunctionFinder functions, Btf btf) {
        for (Function function : functions.declared(text)) {
            OptionalInt id = btf.find(function.name(), BtfType.Function.class);
            if (function.start() == 0
                    && id.isPresent()
                    && btf.type(id.getAsInt()) instanceof BtfType.Function type
                    && btf.type(type.prototype()) instanceof BtfType.Prototype prototype
                    && !prototype.parameters().isEmpty()
                    && btf.resolved(prototype.parameters().getFirst().type()) instanceof BtfType.Pointer pointer
                    && btf.resolved(pointer.target()) instanceof BtfType.Struct struct) {
                return struct.name();
            }
        }
        return "";
    }

    /** The program: what begins where {@code .text} does. Other functions there are subprograms. */
    static Function program(Collection<CodeSection> code, FunctionFinder functions) throws ObjectFileException {
        for (CodeSection section : code) {
            if (section.name().equals(SectionNames.TEXT)) {
                return functions.declared(section).stream()
                        .filter(function -> function.start() == 0)
                        .findFirst()
                        .orElseThrow(() -> section.fail(0, "no function begins here, where a VALE-BPF program does"));
            }
        }
        throw new ObjectFileException(
                "the object has no code in section \".text\", where a VALE-BPF program is; leave section attributes of"
                        + " the function away");
    }
}
