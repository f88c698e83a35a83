// SPDX-License-Identifier: Apache-2.0

package weir.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The tarball, unpacked by root in a folder with a space in its name, called by a link. */
@RequiresFeature({Feature.LINUX, Feature.ROOT})
@Timeout(600)
class UnpackedTest {
    private static final String PREPARING = "weir: preparing faster starts, some seconds the first time\n";
    private static final List<String> NOBODY = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
    private static final List<String> ROOT = List.of();
    private static final String JDK = "JAVA_HOME=" + System.getProperty("java.home");

    @TempDir
    private Path scratch;

    private Path home;
    private Path link;

    @BeforeEach
    void unpack() throws Exception {
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
        home = Tarball.unpackInto(Files.createDirectory(scratch.resolve("un packed")));
        link = Files.createSymbolicLink(scratch.resolve("weir"), home.resolve("weir"));
    }

    @Test
    void rootMakesTheCacheForAllAndAnotherReleaseMakesAnother() throws Exception {
        assertEquals(PREPARING, version(ROOT, JDK).err());
        assertEquals("", version(ROOT, JDK).err());
        assertTrue(usesCache(ROOT, JDK), "not used though it fits");
        assertTrue(usesCache(NOBODY, JDK, "HOME=/nonexistent"), "not used though root made it");

        Files.writeString(home.resolve("lib/release.id"), "0123456789abcdef0123\n");
        assertFalse(usesCache(NOBODY, JDK, "HOME=/nonexistent"), "used though it is another release's");
    }

    @Test
    void whoMayNotWriteThereHasACacheOfTheirOwnThatNobodyElseCanChange() throws Exception {
        Path user = Files.createDirectory(scratch.resolve("user"));
        Ran.of(List.of("chown", "65534:65534", user.toString())).succeeded();
        String[] environment = {JDK, "HOME=" + user, "XDG_CACHE_HOME="};
        assertEquals(PREPARING, version(NOBODY, environment).err());
        assertEquals("", version(NOBODY, environment).err());
        assertTrue(usesCache(NOBODY, environment), "not used though it fits");

        Path caches = user.resolve(".cache/weir");
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(caches)));
        assertEquals(1, caches(caches).size());
        assertEquals(List.of(), caches(home.resolve("lib")));

        Path cache = caches(caches).getFirst();
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertFalse(usesCache(NOBODY, environment), "used though others may change it");
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rw-r--r--"));
        Ran.of(List.of("chown", "65533", cache.toString())).succeeded();
        assertFalse(usesCache(NOBODY, environment), "used though another user's");
    }

    @Test
    void worksWithoutACacheWhereNoneCanBeKept() throws Exception {
        assertEquals(
                "", version(NOBODY, JDK, "HOME=/nonexistent", "XDG_CACHE_HOME=").err());
        assertEquals(
                "", version(NOBODY, JDK, "HOME=", "XDG_CACHE_HOME=relative").err());
    }

    @Test
    void findsAJdkByPathOrInTheUsualFolders() throws Exception {
        Path tools = Path.of(System.getProperty("java.home"), "bin");
        for (String path : List.of(tools + ":/usr/bin:/bin", "/usr/bin:/bin")) {
            Ran ran = version(NOBODY, "JAVA_HOME=", "HOME=/nonexistent", "PATH=" + path);
            assertTrue(ran.out().contains("Java 25"), ran::out);
        }
    }

    private Ran version(List<String> as, String... environment) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(as);
        command.add("env");
        command.addAll(List.of(environment));
        command.addAll(List.of(link.toString(), "--version"));
        Ran ran = Ran.of(command).succeeded();
        assertTrue(ran.out().contains("weir "), ran::out);
        return ran;
    }

    /** Classes of ours come out of the cache, or out of the jar. */
    private boolean usesCache(List<String> as, String... environment) throws IOException, InterruptedException {
        List<String> logging = new ArrayList<>(List.of(environment));
        logging.add("WEIR_JAVA_OPTS=-Xlog:class+load");
        return version(as, logging.toArray(String[]::new))
                .out()
                .contains("weir.control.Main source: shared objects file");
    }

    private static List<Path> caches(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".aot")).toList();
        }
    }
}
