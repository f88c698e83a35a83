// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The launcher in a fresh copy of the sources, in a folder with a space in its name, on machines that lack something. */
@RequiresFeature(Feature.LINUX)
@Timeout(300)
class LauncherTroubleTest {
    private static final Path ROOT = Path.of(System.getProperty("weir.root"));
    private static final List<String> NOBODY = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

    @TempDir
    private Path scratch;

    private Path checkout;
    private Path launcher;

    @BeforeEach
    void copySources() throws IOException {
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
        checkout = Files.createDirectory(scratch.resolve("check out"));
        try (Stream<Path> files = Files.walk(ROOT)) {
            for (Path file : files.filter(LauncherTroubleTest::isSource).toList()) {
                Path copy = checkout.resolve(ROOT.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        launcher = checkout.resolve("weir");
    }

    private static boolean isSource(Path file) {
        Path path = ROOT.relativize(file);
        boolean main = path.getNameCount() > 3
                && path.startsWith(path.getName(0).resolve("src"))
                && Set.of("main", "build", "launcher").contains(path.getName(2).toString());
        return Files.isRegularFile(file)
                && (main || path.endsWith("pom.xml") || path.equals(Path.of("weir")))
                && !path.toString().contains("target/");
    }

    private void assertFails(List<String> command, int exitCode, String... err) throws InterruptedException {
        try (WeirProcess weir = WeirProcess.exec(command)) {
            assertEquals(exitCode, weir.exitCode(), weir::err);
            assertEquals(List.of(err), weir.err().lines().toList());
            assertEquals("", weir.out());
        }
    }

    @Test
    void saysThatMavenIsMissing() throws Exception {
        Path tools = Files.createDirectory(scratch.resolve("tools"));
        for (String tool : List.of("bash", "dirname", "readlink", "find", "head", "mkdir")) {
            Path found = Stream.of(System.getenv("PATH").split(":", -1))
                    .map(folder -> Path.of(folder, tool))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow();
            Files.createSymbolicLink(tools.resolve(tool), found);
        }
        assertFails(
                List.of(
                        "env",
                        "PATH=" + tools,
                        "JAVA_HOME=" + System.getProperty("java.home"),
                        launcher.toString(),
                        "demo"),
                1,
                "weir: Maven is needed to build weir the first time, and 'mvn' is not on the PATH",
                "hint: install Maven 3.8 or later, for example 'apt install maven' or 'brew install maven'");
    }

    /** Folders of JDKs are hidden from the launcher, in a mount namespace of its own; the PATH has none either. */
    @Test
    @RequiresFeature({Feature.ROOT, Feature.NETNS})
    void saysThatNoJdkIsFound() throws Exception {
        assertFails(
                List.of(
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        "for folder in /usr/lib/jvm /opt /usr/java " + Path.of(System.getProperty("java.home"))
                                + "; do [ ! -d $folder ] || mount -t tmpfs none $folder; done;"
                                + " JAVA_HOME=/nonexistent HOME=/nonexistent PATH=/usr/bin:/bin exec '" + launcher
                                + "' demo"),
                1,
                "weir: no JDK 25 or later found (looked at JAVA_HOME, PATH and the usual folders)",
                "hint: install one, for example Eclipse Temurin 25 from https://adoptium.net, or set JAVA_HOME to it");
    }

    @Test
    @RequiresFeature({Feature.ROOT, Feature.MAVEN})
    void saysThatItMayNotBuild() throws Exception {
        List<String> command = new ArrayList<>(NOBODY);
        command.addAll(List.of("env", "JAVA_HOME=" + System.getProperty("java.home"), launcher.toString(), "demo"));
        String[] err = {
            "weir: weir must be built first, and this user cannot write to " + checkout.resolve("target"),
            "hint: run once as a user who may write there"
        };
        assertFails(command, 1, err);
        Files.createDirectory(checkout.resolve("target"));
        assertFails(command, 1, err);
    }

    @Test
    @RequiresFeature(Feature.MAVEN)
    void ctrlCDuringTheBuildIsNoFailureOfTheBuild() throws Exception {
        List<String> command =
                List.of("setsid", "env", "JAVA_HOME=" + System.getProperty("java.home"), launcher.toString(), "demo");
        try (WeirProcess weir = WeirProcess.exec(command)) {
            weir.awaitText("weir: building, about a minute").ctrlC();

            assertEquals(130, weir.exitCode(), weir::err);
            assertEquals(
                    List.of("weir: the build was interrupted", "hint: start weir again to build it"),
                    weir.err().lines().skip(1).toList());
        }
    }

    /** Maven is played by a script that edits a source in its first run, and makes what the launcher looks for. */
    @Test
    void whatIsEditedDuringABuildIsBuiltByTheNextStart() throws Exception {
        Path builds = scratch.resolve("builds");
        Path tools = Files.createDirectory(scratch.resolve("tools"));
        Path maven = Files.writeString(tools.resolve("mvn"), """
                #!/bin/sh
                sleep 0.1
                [ -e '%1$s' ] || touch control-api/src/main/java/weir/control/Main.java
                echo built >> '%1$s'
                mkdir -p control-api/target/lib
                touch control-api/target/weir.jar control-api/target/weir.stamp
                """.formatted(builds));
        Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> command = List.of(
                "env",
                "PATH=" + tools + ":" + System.getenv("PATH"),
                "JAVA_HOME=" + System.getProperty("java.home"),
                launcher.toString(),
                "--version");
        for (int start = 1; start <= 3; start++) {
            try (WeirProcess weir = WeirProcess.exec(command)) {
                assertEquals(1, weir.exitCode(), weir::err); // there is nothing in the jar
            }
            assertEquals(Math.min(start, 2), Files.readAllLines(builds).size(), "builds after start " + start);
        }
    }

    @Test
    void followsSymbolicLinksToItsSources() throws Exception {
        Path folder = Files.createSymbolicLink(scratch.resolve("a folder"), ROOT);
        Path link = Files.createSymbolicLink(scratch.resolve("we ir"), folder.resolve("weir"));
        try (WeirProcess weir = WeirProcess.exec(List.of(link.toString(), "--version"))) {
            assertEquals(0, weir.exitCode(), weir::err);
            assertTrue(weir.out().startsWith("weir "), weir::out);
        }
    }
}
