// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.classic;

/** A text is no classic filter, or one that the kernel would not attach; the message says where and why. */
public final class ClassicFilterException extends Exception {
    private static final long serialVersionUID = 1L;

    ClassicFilterException(String message) {
        super(message);
    }
}
