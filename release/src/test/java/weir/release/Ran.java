// SPDX-License-Identifier: Apache-2.0

package weir.release;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How a command ended, and what it wrote to standard output and standard error. */
record Ran(int exitCode, String out, String err) {
    static Ran of(List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("weir-release-", ".out");
        Path err = Files.createTempFile("weir-release-", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            process.getOutputStream().close();
            return new Ran(process.waitFor(), Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    Ran succeeded() {
        assertEquals(0, exitCode, () -> out + err);
        return this;
    }
}
