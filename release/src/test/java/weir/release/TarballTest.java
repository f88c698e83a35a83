// SPDX-License-Identifier: Apache-2.0

package weir.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDateTime;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** What is in the tarball. */
@RequiresFeature(Feature.LINUX)
@Timeout(180)
class TarballTest {
    private static final LocalDateTime TIME_OF_BUILD = LocalDateTime.of(2025, 1, 1, 0, 0);

    @TempDir
    private static Path folder;

    private static Path home;

    @BeforeAll
    static void unpack() throws Exception {
        home = Tarball.unpackInto(folder);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CHANGELOG.md",
                "LICENSE",
                "README.md",
                "THIRD-PARTY.txt",
                "docs/install.md",
                "examples/programs/bridge.o",
                "lib/jvm.options",
                "lib/release.id",
                "lib/weir.jar",
                "share/bash-completion/completions/weir",
                "share/fish/vendor_completions.d/weir.fish",
                "share/man/man1/weir.1",
                "share/man/man1/weir-run.1",
                "share/zsh/site-functions/_weir",
                "systemd/weir.service",
            })
    void hasEverythingForAnybodyToRead(String name) throws IOException {
        Path file = home.resolve(name);
        assertTrue(Files.size(file) > 0, name);
        assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void hasALauncherAndNothingThatBelongsToOneMachine() throws IOException {
        assertEquals("rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("weir"))));
        try (Stream<Path> files = Files.walk(home)) {
            assertEquals(
                    List.of(),
                    files.filter(file -> file.toString().matches(".*(\\.aot|\\.stamp|-tests\\.jar|/target)"))
                            .toList());
        }
    }

    @Test
    void everyLibraryIsInTheListOfLicences() throws IOException {
        List<String> lines = Files.readAllLines(home.resolve("THIRD-PARTY.txt"));
        List<Path> jars = Tarball.jars(home);
        assertTrue(jars.size() > 1);
        for (Path jar : jars) {
            String name = jar.getFileName().toString();
            if (!name.startsWith("weir")) {
                String library = name.replaceFirst("(-linux-\\w+)?\\.jar$", "");
                assertTrue(
                        lines.stream().anyMatch(line -> line.matches("\\Q" + library + "\\E: [A-Z].+")),
                        () -> library + " is not in THIRD-PARTY.txt");
            }
        }
    }

    @Test
    void jarsOfWeirHaveTheLicenceAndNothingOfWhenWhereAndByWhomTheyWereBuilt() throws IOException {
        for (Path jar : Tarball.jars(home)) {
            if (jar.getFileName().toString().startsWith("weir")) {
                assertTellsNothing(jar);
            }
        }
    }

    private static void assertTellsNothing(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : zip.stream().toList()) {
                assertEquals(TIME_OF_BUILD, entry.getTimeLocal(), () -> jar + ": " + entry);
            }
            assertTrue(zip.getEntry("META-INF/LICENSE") != null, jar::toString);
            assertTrue(zip.getEntry("module-info.class") != null, jar::toString);
            String manifest = text(zip, zip.getEntry("META-INF/MANIFEST.MF"));
            assertTrue(manifest.contains("Bundle-License: Apache-2.0"), manifest);
            assertFalse(manifest.contains("Built-By"), manifest);
            for (ZipEntry entry : zip.stream().toList()) {
                if (entry.getName().endsWith("pom.properties")) {
                    assertFalse(text(zip, entry).contains("#"), text(zip, entry));
                }
            }
        }
    }

    private static String text(ZipFile zip, ZipEntry entry) throws IOException {
        try (InputStream content = zip.getInputStream(entry)) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
