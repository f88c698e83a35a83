// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import weir.ebpf.Engine;

/** What {@code --engine} takes. */
enum EngineName {
    /** {@link Engine.Interpreter}. */
    INTERPRETER,
    /** {@link Engine.Jit}. */
    JIT;

    Engine engine() {
        return switch (this) {
            case INTERPRETER -> Engine.interpreter();
            case JIT -> Engine.jit();
        };
    }
}
