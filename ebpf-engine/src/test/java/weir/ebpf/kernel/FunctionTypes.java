// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import weir.ebpf.program.Subprogram;

/**
 * The least BTF with which the kernel accepts callbacks and global functions ({@code
 * Documentation/bpf/btf.rst}): every function returns u64; global ones but the first take {@link
 * #GLOBAL_PARAMETERS} numbers, the others are said to take nothing, which the kernel does not hold
 * against static functions.
 */
final class FunctionTypes {
    static final int GLOBAL_PARAMETERS = 2;

    private static final int MAGIC = 0xeb9f;
    private static final int HEADER_BYTES = 24;
    private static final int KIND_INT = 1;
    private static final int KIND_FUNC = 12;
    private static final int KIND_FUNC_PROTO = 13;
    private static final int U64 = 1;
    private static final int NO_PARAMETERS = 2;
    private static final int NUMBERS = 3;
    private static final int FIRST_FUNCTION = 4;

    private final ByteBuffer types;
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();

    private FunctionTypes(int functions) {
        types = ByteBuffer.allocate(128 + 12 * functions).order(ByteOrder.LITTLE_ENDIAN);
        strings.write(0);
    }

    /** The whole of it, as {@code BPF_BTF_LOAD} takes it. */
    static byte[] blob(List<Subprogram> subprograms) {
        FunctionTypes builder = new FunctionTypes(subprograms.size());
        builder.type("u64", KIND_INT << 24, 8);
        builder.types.putInt(64);
        builder.type("", KIND_FUNC_PROTO << 24, U64);
        builder.type("", KIND_FUNC_PROTO << 24 | GLOBAL_PARAMETERS, U64);
        for (int i = 0; i < GLOBAL_PARAMETERS; i++) {
            builder.types.putInt(builder.string("p" + i)).putInt(U64);
        }
        for (int i = 0; i < subprograms.size(); i++) {
            Subprogram each = subprograms.get(i);
            int linkage = each.isGlobal() ? 1 : 0;
            builder.type(each.name(), KIND_FUNC << 24 | linkage, each.isGlobal() && i > 0 ? NUMBERS : NO_PARAMETERS);
        }
        return builder.finish();
    }

    /** {@code struct bpf_func_info} of each function. */
    static byte[] functionInfo(List<Subprogram> subprograms) {
        ByteBuffer info = ByteBuffer.allocate(ProgramAttributes.FUNC_INFO_BYTES * subprograms.size())
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < subprograms.size(); i++) {
            info.putInt(subprograms.get(i).slot()).putInt(FIRST_FUNCTION + i);
        }
        return info.array();
    }

    private void type(String name, int info, int sizeOrType) {
        types.putInt(string(name)).putInt(info).putInt(sizeOrType);
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

    private byte[] finish() {
        byte[] text = strings.toByteArray();
        ByteBuffer all = ByteBuffer.allocate(HEADER_BYTES + types.position() + text.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        all.putShort((short) MAGIC).put((byte) 1).put((byte) 0).putInt(HEADER_BYTES);
        all.putInt(0).putInt(types.position()).putInt(types.position()).putInt(text.length);
        all.put(types.array(), 0, types.position()).put(text);
        return all.array();
    }
}
