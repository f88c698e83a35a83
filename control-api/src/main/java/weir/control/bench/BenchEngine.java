// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.Locale;
import weir.ebpf.Engine;

/** What runs a program in {@code weir bench program}. */
public enum BenchEngine {
    INTERPRETER(Engine.interpreter()),
    JIT(Engine.jit()),
    JIT_UNCHECKED(Engine.jit().unchecked());

    private final Engine engine;

    BenchEngine(Engine engine) {
        this.engine = engine;
    }

    Engine engine() {
        return engine;
    }

    /** As it stands in reports and on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
