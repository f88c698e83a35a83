// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import weir.control.text.FileTrouble;

/** The API cannot be served there. One line of cause, one of what to do instead. */
public final class ListenException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String hint;

    ListenException(String cause, String hint) {
        this(cause, hint, null);
    }

    /** @param origin whose message goes on from the cause; null for none */
    public ListenException(String cause, String hint, @Nullable Throwable origin) {
        super(cause + (origin == null || origin.getMessage() == null ? "" : ": " + text(origin)), origin);
        this.hint = hint;
    }

    private static String text(Throwable origin) {
        return origin instanceof IOException trouble ? FileTrouble.of(trouble) : String.valueOf(origin.getMessage());
    }

    public String hint() {
        return hint;
    }
}
