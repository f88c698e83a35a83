// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import weir.control.text.Sha256;
import weir.ebpf.ObjectFile;

/** What the texts stand for by which definitions name object files. */
@FunctionalInterface
public interface ObjectNames {
    /** How an object is named on its way to a daemon. */
    Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    /** How an object with such content is named. */
    static String digestOf(byte[] content) {
        return "sha256:" + HexFormat.of().formatHex(Sha256.of(content));
    }

    /** Digests only, of objects that were sent before. */
    ObjectNames DIGESTS = text -> {
        if (!DIGEST.matcher(text).matches()) {
            throw new UnknownObject(
                    "'object' is no digest like sha256:0123..., of 64 hexadecimal digits",
                    "send the object file first; the answer has its digest");
        }
        return new NamedObject(text, null);
    };

    /**
     * An object file.
     *
     * @param digest of its content
     * @param content what it holds; null where that is not known here
     */
    record NamedObject(String digest, @Nullable ObjectFile content) {}

    /**
     * The object that is meant.
     *
     * @throws UnknownObject when there is none, with cause and hint
     */
    NamedObject find(String text) throws UnknownObject;

    /** A text names no object. */
    final class UnknownObject extends Exception {
        private static final long serialVersionUID = 1L;

        private final String hint;

        UnknownObject(String cause, String hint) {
            super(cause);
            this.hint = hint;
        }

        public String hint() {
            return hint;
        }
    }
}
