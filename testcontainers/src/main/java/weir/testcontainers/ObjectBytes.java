// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import java.util.Arrays;

/** An object file. Equal to another of the same bytes. */
final class ObjectBytes {
    private final byte[] content;

    ObjectBytes(byte[] content) {
        this.content = content.clone();
    }

    byte[] content() {
        return content.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectBytes bytes && Arrays.equals(content, bytes.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }
}
