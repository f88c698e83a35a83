// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.control.completion.Shell;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@Timeout(180)
class ShareCommandTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void write() {
        CommandRun.of("__share", folder.toString()).succeeds();
    }

    @Test
    void writesAScriptForEachShell() throws IOException {
        for (Shell shell : Shell.values()) {
            assertEquals(
                    CommandRun.of("completion", shell.name()).succeeds().out(),
                    Files.readString(folder.resolve(shell.file())));
        }
    }

    @Test
    void pagesShowDescriptionOptionsAndExitCodesAndNoHiddenCommand() throws IOException {
        String verify = Files.readString(folder.resolve("man/man1/weir-program-verify.1"));
        assertTrue(verify.contains("\n\\fB\\-o\\fR, \\fB\\-\\-output\\fR \\fIFORMAT\\fR\n"), verify);
        assertTrue(verify.contains("\n\\fB4\\fR\na program is rejected\n"), verify);
        String root = Files.readString(folder.resolve("man/man1/weir.1"));
        assertTrue(root.contains("\\fBweir\\-program\\fR(1)"), root);
        assertTrue(!root.contains("__"), root);
    }

    @Test
    @RequiresFeature(Feature.MANDOC)
    void pagesAreInOrderForAFormatter() throws Exception {
        try (Stream<Path> pages = Files.list(folder.resolve("man/man1"))) {
            for (Path page : pages.toList()) {
                Process mandoc = new ProcessBuilder(List.of("mandoc", "-T", "lint", "-W", "warning", page.toString()))
                        .redirectErrorStream(true)
                        .start();
                String complaints = new String(mandoc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertEquals(0, mandoc.waitFor(), complaints);
            }
        }
    }
}
