// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import org.jspecify.annotations.Nullable;

/** Something that a test asked of its network could not be done. The message has the cause, and what to do about it. */
public final class WeirException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WeirException(String cause, String hint, @Nullable Throwable origin) {
        super(hint.isEmpty() ? cause : cause + "; " + hint, origin);
    }

    WeirException(String cause, String hint) {
        this(cause, hint, null);
    }
}
