// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;
import weir.ebpf.program.Signature;

/** Signatures of global functions by their BTF: {@code btf_prepare_func_args}, {@code kernel/bpf/btf.c}. */
final class Signatures {
    /** What the context is called, and what the kernel has in its place: {@code btf_is_projection_of}. */
    private static final Set<String> CONTEXT = Set.of("xdp_md", "xdp_buff", "vale_bpf_md");
    /** Passed by address, but with rules of its own, which the engine does not have. */
    private static final String DYNAMIC_POINTER = "bpf_dynptr";

    private static final String TAG_PREFIX = "arg:";
    /** {@code __arg_ctx} of {@code bpf_helpers.h}. */
    private static final String CONTEXT_TAG = "arg:ctx";
    /** {@code __arg_nonnull} of {@code bpf_helpers.h}. */
    private static final String NONNULL_TAG = "arg:nonnull";

    private final Btf btf;
    private final Map<Integer, Set<Tag>> tags = new HashMap<>();

    /** A tag of a function's parameter. */
    private record Tag(int parameter, String text) {}

    Signatures(Btf btf) {
        this.btf = btf;
        for (BtfType type : btf.types()) {
            if (type instanceof BtfType.DeclarationTag tag && tag.component() >= 0) {
                tags.computeIfAbsent(tag.target(), each -> new HashSet<>()).add(new Tag(tag.component(), tag.name()));
            }
        }
    }

    /** The signature of a FUNC; null where the id is none. */
    @Nullable
    Signature of(int typeId) {
        if (!(btf.type(typeId) instanceof BtfType.Function function)
                || !(btf.type(function.prototype()) instanceof BtfType.Prototype prototype)) {
            return null;
        }
        List<Signature.Parameter> parameters = new ArrayList<>();
        Set<Tag> own = tags.getOrDefault(typeId, Set.of());
        for (int i = 0; i < prototype.parameters().size(); i++) {
            parameters.add(parameter(prototype.parameters().get(i).type(), i, own));
        }
        return new Signature(parameters, isNumber(btf.resolved(prototype.result())));
    }

    private static boolean isNumber(BtfType type) {
        return type instanceof BtfType.Int || type instanceof BtfType.Enumeration;
    }

    private Signature.Parameter parameter(int typeId, int index, Set<Tag> own) {
        BtfType type = btf.resolved(typeId);
        Set<String> words = own.stream()
                .filter(tag -> tag.parameter() == index && tag.text().startsWith(TAG_PREFIX))
                .map(Tag::text)
                .collect(Collectors.toSet());
        if (type instanceof BtfType.Pointer pointer) {
            return pointer(pointer, words);
        }
        if (!words.isEmpty()) {
            return new Signature.Parameter.Unsupported("tagged " + list(words) + ", but no pointer");
        }
        return isNumber(type)
                ? new Signature.Parameter.Scalar()
                : new Signature.Parameter.Unsupported("neither a number nor a pointer");
    }

    private Signature.Parameter pointer(BtfType.Pointer pointer, Set<String> words) {
        BtfType target = btf.resolved(pointer.target());
        if (target instanceof BtfType.Struct struct && CONTEXT.contains(struct.name())) {
            return words.isEmpty() || words.equals(Set.of(CONTEXT_TAG))
                    ? new Signature.Parameter.Context()
                    : wrongTags(words, "the context");
        }
        if (words.contains(CONTEXT_TAG)) {
            boolean isContext = words.size() == 1 && target instanceof BtfType.VoidType;
            return isContext ? new Signature.Parameter.Context() : wrongTags(words, "a pointer to something else");
        }
        boolean isNonnull = words.equals(Set.of(NONNULL_TAG));
        if (!words.isEmpty() && !isNonnull) {
            return wrongTags(words, "a pointer to memory of the program");
        }
        if (target instanceof BtfType.Struct struct && struct.name().equals(DYNAMIC_POINTER)) {
            return new Signature.Parameter.Unsupported("a pointer to struct " + DYNAMIC_POINTER);
        }
        OptionalLong bytes = btf.sizeBytes(pointer.target());
        if (bytes.isEmpty() || bytes.getAsLong() > Integer.MAX_VALUE) {
            return new Signature.Parameter.Unsupported("a pointer to something without a size");
        }
        return new Signature.Parameter.Memory((int) bytes.getAsLong(), !isNonnull);
    }

    private static Signature.Parameter wrongTags(Set<String> words, String what) {
        return new Signature.Parameter.Unsupported("tagged " + list(words) + ", but " + what);
    }

    private static String list(Set<String> words) {
        return words.stream().sorted().collect(Collectors.joining(" and "));
    }
}
