// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

/** Jazzer's entry: any bytes give an object or the one named exception. */
public final class ObjectFileFuzzer {
    private ObjectFileFuzzer() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        try {
            if (!ObjectFile.parse(bytes).equals(ObjectFile.parse(bytes))) {
                throw new AssertionError("two readings of the same bytes differ");
            }
        } catch (ObjectFileException e) {
            if (e.getMessage().length() > 4000) {
                throw new AssertionError("a message of " + e.getMessage().length() + " characters", e);
            }
        }
    }
}
