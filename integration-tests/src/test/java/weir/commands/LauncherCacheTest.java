// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The launcher with its jars beside it and no sources, in a folder with a space in its name, called by a link. */
@RequiresFeature({Feature.LINUX, Feature.ROOT})
@Timeout(300)
class LauncherCacheTest {
    private static final Path ROOT = Path.of(System.getProperty("weir.root"));
    private static final Path BUILT = ROOT.resolve("control-api/target");
    private static final String PREPARING = "weir: preparing faster starts, some seconds the first time\n";
    private static final int REAL_CACHE_BYTES = 1 << 20;

    @TempDir
    private Path scratch;

    private Path lib;
    private Path link;

    @BeforeEach
    void copyWhatIsNeeded() throws IOException {
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path home = Files.createDirectory(scratch.resolve("un packed"));
        lib = Files.createDirectory(home.resolve("lib"));
        Files.copy(ROOT.resolve("control-api/src/launcher/jvm.options"), lib.resolve("jvm.options"));
        Files.copy(BUILT.resolve("weir.jar"), lib.resolve("weir.jar"));
        try (Stream<Path> jars = Files.list(BUILT.resolve("lib"))) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, lib.resolve(jar.getFileName()));
            }
        }
        Path launcher = Files.copy(ROOT.resolve("weir"), home.resolve("weir"));
        assertTrue(launcher.toFile().setExecutable(true));
        link = Files.createSymbolicLink(scratch.resolve("weir"), launcher);
    }

    @Test
    void theFirstStartMakesACacheAndLaterOnesUseItOrDoWithoutAWord() throws Exception {
        assertEquals(PREPARING, errOfVersion());
        Path cache = cache();
        assertTrue(Files.size(cache) > REAL_CACHE_BYTES);
        assertTrue(usesCache(), "not used though it fits");
        assertEquals("", errOfVersion());

        Files.writeString(cache, "no cache");
        assertEquals("", errOfVersion());
    }

    /** The JVM itself does not notice. */
    @Test
    void aCacheOfOtherJarsIsMadeAgainAndNotUsedByWhoMayNot() throws Exception {
        errOfVersion();
        FileTime past = FileTime.from(Instant.now().minus(1, ChronoUnit.DAYS));
        Files.setLastModifiedTime(cache(), past);
        assertTrue(!usesCache("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"), "used though old");

        assertEquals(PREPARING, errOfVersion());
        assertTrue(Files.getLastModifiedTime(cache()).compareTo(past) > 0);
        assertEquals("", errOfVersion());
    }

    private Path cache() throws IOException {
        try (Stream<Path> files = Files.list(lib)) {
            return files.filter(file -> file.toString().endsWith(".aot"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private String errOfVersion() throws InterruptedException {
        try (WeirProcess weir = WeirProcess.exec(List.of(link.toString(), "--version"))) {
            assertEquals(0, weir.exitCode(), weir::err);
            assertTrue(weir.out().startsWith("weir "), weir::out);
            return weir.err();
        }
    }

    /** Classes of ours come out of the cache, or out of the jar. */
    private boolean usesCache(String... as) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(as));
        command.addAll(List.of("env", "WEIR_JAVA_OPTS=-Xlog:class+load", link.toString(), "--version"));
        try (WeirProcess weir = WeirProcess.exec(command)) {
            assertEquals(0, weir.exitCode(), weir::err);
            return weir.out().contains("weir.control.Main source: shared objects file");
        }
    }
}
