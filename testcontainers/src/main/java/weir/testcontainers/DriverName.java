// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import java.nio.file.Path;

/** What Docker knows a JVM's driver as, which names its socket and, with more behind it, the folder of its state. */
record DriverName(String text) {
    static final String PREFIX = "weir-tc-";
    private static final String SOCKET = ".sock";

    static DriverName ofThisJvm() {
        return new DriverName(PREFIX + ProcessHandle.current().pid());
    }

    static DriverName ofSocket(Path socket) {
        String file = socket.getFileName().toString();
        return new DriverName(file.substring(0, file.length() - SOCKET.length()));
    }

    Path socket(Path plugins) {
        return plugins.resolve(text + SOCKET);
    }

    @Override
    public String toString() {
        return text;
    }
}
