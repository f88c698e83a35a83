// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a switch offers to programs beyond the kernel's helpers: {@code extern} functions, declared in
 * {@code examples/programs/weir.h}. In code they are helpers with numbers far above those of the kernel.
 */
public final class SwitchCalls {
    /** {@code int weir_clone(struct xdp_md *ctx, __u32 port)}. */
    public static final int CLONE = 0x5745_0001;
    /** {@code int weir_flood(struct xdp_md *ctx)}. */
    public static final int FLOOD = 0x5745_0002;
    /** {@code int weir_learn(struct xdp_md *ctx)}. */
    public static final int LEARN = 0x5745_0003;

    private static final Map<String, Integer> NUMBERS =
            Map.of("weir_clone", CLONE, "weir_flood", FLOOD, "weir_learn", LEARN);

    private SwitchCalls() {}

    /** Number of the function of a name. */
    public static OptionalInt numberOf(String name) {
        Integer number = NUMBERS.get(name);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** Name of the function of a number; null for others. */
    static @Nullable String nameOf(int number) {
        return NUMBERS.entrySet().stream()
                .filter(each -> each.getValue() == number)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }
}
