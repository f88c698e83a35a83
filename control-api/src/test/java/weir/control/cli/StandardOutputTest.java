// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a command whose output cannot be written. */
class StandardOutputTest {
    @TempDir
    private Path folder;

    private static OutputStream full() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException("No space left on device");
            }
        };
    }

    private Path linkTo(String target) throws IOException {
        return Files.createSymbolicLink(folder.resolve("1"), Path.of(target));
    }

    private static int version(StandardOutput out, StringWriter err) {
        return WeirCommandLine.of(CommandTree.forArguments(new WeirCommand(), "--version"), Map.of())
                .printingTo(new PrintWriter(err), new PrintWriter(err))
                .printingTo(out)
                .run("--version");
    }

    @Test
    void aFullDiskIsAFailure() throws Exception {
        StringWriter err = new StringWriter();
        assertEquals(1, version(new StandardOutput(full(), linkTo("/home/you/version")), err));
        assertEquals(
                "weir: cannot write standard output: No space left on device\nhint: check where it goes, and that there is room\n",
                err.toString().replace(System.lineSeparator(), "\n"));
    }

    @Test
    void aReaderThatHasSeenEnoughIsNone() throws Exception {
        StringWriter err = new StringWriter();
        StandardOutput out = new StandardOutput(full(), linkTo("pipe:[4711]"));
        assertEquals(0, version(out, err));
        assertEquals("", err.toString());
        assertTrue(out.isLeftByReader());
    }

    @Test
    void whatIsWrittenArrives() throws Exception {
        StringWriter err = new StringWriter();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StandardOutput out = new StandardOutput(bytes, linkTo("pipe:[4711]"));
        assertEquals(0, version(out, err));
        assertTrue(bytes.toString(System.out.charset()).startsWith("weir "));
        assertFalse(out.isLeftByReader());
    }
}
