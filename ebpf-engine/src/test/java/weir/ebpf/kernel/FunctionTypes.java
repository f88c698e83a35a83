// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import weir.ebpf.program.Signature;
import weir.ebpf.program.Subprogram;

/**
 * The least BTF with which the kernel accepts callbacks and global functions ({@code
 * Documentation/bpf/btf.rst}): every function returns u64; global ones take what their signature says, or two
 * numbers without one. The others are said to take nothing, which the kernel does not hold against static functions.
 * One thread.
 */
final class FunctionTypes {
    private static final int MAGIC = 0xeb9f;
    private static final int HEADER_BYTES = 24;
    private static final int KIND_SHIFT = 24;
    private static final int KIND_INT = 1;
    private static final int KIND_PTR = 2;
    private static final int KIND_ARRAY = 3;
    private static final int KIND_STRUCT = 4;
    private static final int KIND_FUNC = 12;
    private static final int KIND_FUNC_PROTO = 13;
    private static final int KIND_DECL_TAG = 17;
    /** What does not matter where a pointer's target has a name. */
    private static final int CONTEXT_BYTES = 24;

    private static final Signature NUMBERS =
            new Signature(List.of(new Signature.Parameter.Scalar(), new Signature.Parameter.Scalar()), true);
    private static final Signature NOTHING = new Signature(List.of(), true);

    private final ByteArrayOutputStream types = new ByteArrayOutputStream();
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private final List<Integer> functions = new ArrayList<>();
    private final int word;
    private final int octet;
    private int lastType;

    FunctionTypes(List<Subprogram> subprograms) {
        strings.write(0);
        word = integer("u64", Long.BYTES);
        octet = integer("u8", 1);
        for (int i = 0; i < subprograms.size(); i++) {
            Subprogram each = subprograms.get(i);
            boolean isVerifiedAlone = i > 0 && each.isGlobal();
            functions.add(function(each, isVerifiedAlone ? signature(each) : NOTHING));
        }
    }

    /** The whole of it, as {@code BPF_BTF_LOAD} takes it. */
    byte[] blob() {
        ByteBuffer all = ByteBuffer.allocate(HEADER_BYTES + types.size() + strings.size())
                .order(ByteOrder.LITTLE_ENDIAN);
        all.putShort((short) MAGIC).put((byte) 1).put((byte) 0).putInt(HEADER_BYTES);
        all.putInt(0).putInt(types.size()).putInt(types.size()).putInt(strings.size());
        all.put(types.toByteArray()).put(strings.toByteArray());
        return all.array();
    }

    /** {@code struct bpf_func_info} of each function. */
    byte[] functionInfo(List<Subprogram> subprograms) {
        ByteBuffer info = ByteBuffer.allocate(ProgramAttributes.FUNC_INFO_BYTES * subprograms.size())
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < subprograms.size(); i++) {
            info.putInt(subprograms.get(i).slot()).putInt(functions.get(i));
        }
        return info.array();
    }

    private static Signature signature(Subprogram global) {
        Signature known = global.signature();
        return known == null ? NUMBERS : known;
    }

    private int function(Subprogram each, Signature signature) {
        List<Signature.Parameter> parameters = signature.parameters();
        int[] members = new int[2 * parameters.size()];
        for (int i = 0; i < parameters.size(); i++) {
            members[2 * i] = string("p" + i);
            members[2 * i + 1] = parameter(parameters.get(i));
        }
        int prototype = type("", KIND_FUNC_PROTO, parameters.size(), word, members);
        int function = type(each.name(), KIND_FUNC, each.isGlobal() ? 1 : 0, prototype);
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i) instanceof Signature.Parameter.Memory(int _, boolean orNull) && !orNull) {
                type("arg:nonnull", KIND_DECL_TAG, 0, function, i);
            }
        }
        return function;
    }

    private int parameter(Signature.Parameter parameter) {
        return switch (parameter) {
            case Signature.Parameter.Scalar _ -> word;
            case Signature.Parameter.Context _ -> type("", KIND_PTR, 0, type("xdp_md", KIND_STRUCT, 0, CONTEXT_BYTES));
            case Signature.Parameter.Memory(int bytes, boolean _) ->
                type("", KIND_PTR, 0, type("", KIND_ARRAY, 0, 0, octet, word, bytes));
            case Signature.Parameter.Unsupported unsupported -> throw new IllegalArgumentException(unsupported.what());
        };
    }

    private int integer(String name, int bytes) {
        return type(name, KIND_INT, 0, bytes, bytes * Byte.SIZE);
    }

    /** {@code struct btf_type} and the words behind it; the id. */
    private int type(String name, int kind, int count, int sizeOrType, int... behind) {
        ByteBuffer words =
                ByteBuffer.allocate(Integer.BYTES * (3 + behind.length)).order(ByteOrder.LITTLE_ENDIAN);
        words.putInt(string(name)).putInt(kind << KIND_SHIFT | count).putInt(sizeOrType);
        for (int each : behind) {
            words.putInt(each);
        }
        types.writeBytes(words.array());
        return ++lastType;
    }

    private int string(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        int offset = strings.size();
        strings.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        strings.write(0);
        return offset;
    }
}
