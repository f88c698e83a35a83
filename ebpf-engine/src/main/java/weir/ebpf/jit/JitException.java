// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

/** A program that the compiler cannot make a class of. */
public final class JitException extends Exception {
    private static final long serialVersionUID = 1L;

    JitException(String message) {
        super(message);
    }
}
