// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.Locale;
import weir.ebpf.Engine;

/** What runs a program in {@code weir bench program}. */
public enum BenchEngine {
    INTERPRETER,
    JIT,
    JIT_UNCHECKED;

    Engine engine() {
        return switch (this) {
            case INTERPRETER -> Engine.interpreter();
            case JIT -> Engine.jit();
            case JIT_UNCHECKED -> Engine.jit().unchecked();
        };
    }

    /** As it stands in reports and on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
