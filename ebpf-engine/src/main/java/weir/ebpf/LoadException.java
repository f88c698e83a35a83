// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

/** A program or map cannot be loaded; the message names it, the place, and what was needed. */
public final class LoadException extends Exception {
    private static final long serialVersionUID = 1L;

    public LoadException(String message) {
        super(message);
    }
}
