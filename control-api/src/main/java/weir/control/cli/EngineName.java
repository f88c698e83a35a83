// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import weir.ebpf.Engine;

/** What {@code --engine} takes. */
enum EngineName {
    /** {@link Engine.Interpreter}. */
    INTERPRETER(Engine.interpreter()),
    /** {@link Engine.Jit}. */
    JIT(Engine.jit());

    private final Engine engine;

    EngineName(Engine engine) {
        this.engine = engine;
    }

    Engine engine() {
        return engine;
    }
}
