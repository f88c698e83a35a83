// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

/** What runs programs. All engines give the same results and faults. */
public sealed interface Engine {
    /** Executes instruction by instruction. */
    record Interpreter() implements Engine {}

    /**
     * Compiles to JVM bytecode.
     *
     * @param fallback what happens with programs that cannot be compiled
     */
    record Jit(JitFallback fallback) implements Engine {}

    /** What happens when one of an object's programs cannot be compiled. */
    enum JitFallback {
        /** The object is not loaded. */
        FAIL,
        /** All programs of the object are interpreted, and {@link LoadedObject#warnings} says why. */
        WARN
    }

    static Engine interpreter() {
        return new Interpreter();
    }

    /** The compiler; what it cannot compile is not loaded. */
    static Engine jit() {
        return new Jit(JitFallback.FAIL);
    }
}
