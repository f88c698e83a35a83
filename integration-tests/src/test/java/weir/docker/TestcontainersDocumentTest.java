// SPDX-License-Identifier: Apache-2.0

package weir.docker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TestcontainersDocumentTest {
    private static final Path ROOT = Path.of(System.getProperty("weir.root"));

    @Test
    void showsTheExampleThatRuns() throws IOException {
        String source = Files.readString(ROOT.resolve("integration-tests/src/test/java/weir/docker/ShopExample.java"));
        String example = source.substring(source.indexOf("@Testcontainers\n"));
        assertTrue(
                Files.readString(ROOT.resolve("docs/testcontainers.md")).contains("```java\n" + example + "```"),
                example);
    }
}
