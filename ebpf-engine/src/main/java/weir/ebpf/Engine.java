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
     * @param isChecked whether compiled code checks its accesses to memory, and helpers their arguments,
     *     although the program was verified: a mistake of the verifier is then a fault of one frame
     */
    record Jit(JitFallback fallback, boolean isChecked) implements Engine {
        /** The same without checks. A mistake of the verifier can then take the whole JVM down. */
        public Jit unchecked() {
            return new Jit(fallback, false);
        }
    }

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

    /** The compiler, with checks; what it cannot compile is not loaded. */
    static Jit jit() {
        return new Jit(JitFallback.FAIL, true);
    }
}
