// SPDX-License-Identifier: Apache-2.0
package weir.ports;

/** Names for ports whose specs name files. */
public final class PortNames {
    private static final int MAX_LENGTH = InterfaceName.MAX_BYTES;

    private PortNames() {}

    /**
     * A port name after a file: its last part without the ending, at most 15 letters, digits, {@code . _ -}.
     *
     * @param instead the name where nothing of the path can be one
     */
    public static String fromPath(String path, String instead) {
        String last = path.substring(path.lastIndexOf('/') + 1);
        int dot = last.lastIndexOf('.');
        String stem = dot > 0 ? last.substring(0, dot) : last;
        String allowed = stem.replaceAll("[^A-Za-z0-9._-]", "_");
        String name = allowed.substring(0, Math.min(MAX_LENGTH, allowed.length()));
        return name.matches("[._-]*") ? instead : name;
    }
}
