// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import java.io.Serial;

/**
 * An object file breaks a rule of its format, or needs what the engine does not have. The message says
 * where (section and byte offset), the rule, and the values found.
 */
public final class ObjectFileException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    public ObjectFileException(String message) {
        super(message);
    }
}
