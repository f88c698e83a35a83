// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import weir.ebpf.Engine;

/** Names of engines in reports. */
final class EngineText {
    static final String INTERPRETER = "checked-interpreter";

    private EngineText() {}

    static String of(Engine engine) {
        return switch (engine) {
            case Engine.Interpreter _ -> INTERPRETER;
            case Engine.Jit jit -> jit.isChecked() ? "checked-jit" : "unchecked-jit";
        };
    }
}
