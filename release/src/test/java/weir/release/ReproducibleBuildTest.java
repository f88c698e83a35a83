// SPDX-License-Identifier: Apache-2.0

package weir.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/**
 * What this build has made, beside the same sources built in another folder, as it were on another day, by somebody in
 * another part of the world who keeps files for themselves. Jars of javadoc, which take long, under {@code -Pfull}.
 */
@RequiresFeature({Feature.LINUX, Feature.MAVEN})
@Timeout(1800)
class ReproducibleBuildTest {
    private static final Path ROOT = Path.of(System.getProperty("weir.root")).toAbsolutePath();
    private static final boolean WITH_JAVADOC = Boolean.getBoolean("weir.full");

    @TempDir
    private Path scratch;

    @Test
    void anotherBuildGivesTheSameBytes() throws Exception {
        Map<String, String> second = digests(build("another folder"));

        for (String end : List.of("/weir.jar", ".tar.gz", "-sources.jar")) {
            assertTrue(second.keySet().stream().anyMatch(name -> name.endsWith(end)), second::toString);
        }
        Map<String, String> first = digests(ROOT);
        first.keySet().retainAll(second.keySet());
        assertEquals(lines(first), lines(second));
    }

    private static String lines(Map<String, String> digests) {
        StringBuilder lines = new StringBuilder();
        digests.forEach(
                (name, digest) -> lines.append(digest).append("  ").append(name).append('\n'));
        return lines.toString();
    }

    private Path build(String name) throws Exception {
        Path folder = Files.createDirectory(scratch.resolve(name));
        String copy = "git -C '" + ROOT + "' ls-files -z --cached --others --exclude-standard" + " | tar -C '" + ROOT
                + "' --null --files-from=- -c | tar -x -C '" + folder + "'";
        Ran.of(List.of("sh", "-c", copy)).succeeded();
        String maven = "umask 077 && cd '" + folder + "' && mvn -B -o -q -Prelease -Dquickly -Dmaven.javadoc.skip="
                + !WITH_JAVADOC + " -Dweir.commit=" + commit() + " package";
        Ran.of(List.of("env", "TZ=Pacific/Auckland", "LC_ALL=C.UTF-8", "sh", "-c", maven))
                .succeeded();
        return folder;
    }

    /** A copy of the sources is no checkout, so it is told which commit it is. */
    private static String commit() throws IOException {
        Path jar = ROOT.resolve("control-api/target/weir.jar");
        try (ZipFile zip = new ZipFile(jar.toFile());
                InputStream text = zip.getInputStream(zip.getEntry("weir/control/cli/version.properties"))) {
            Properties properties = new Properties();
            properties.load(text);
            return properties.getProperty("commit");
        }
    }

    private static Map<String, String> digests(Path root) throws Exception {
        Map<String, String> digests = new TreeMap<>();
        try (Stream<Path> modules = Files.list(root)) {
            for (Path module : modules.filter(Files::isDirectory).toList()) {
                for (String folder : List.of("target", "target/lib")) {
                    addReleased(digests, root, module.resolve(folder));
                }
            }
        }
        return digests;
    }

    /** The tarball, what is in it, and what stands beside it for Maven. */
    private static void addReleased(Map<String, String> digests, Path root, Path folder) throws Exception {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(ReproducibleBuildTest::isReleased).toList()) {
                    digests.put(root.relativize(file).toString(), sha256(file));
                }
            }
        }
    }

    /** Tests are no part of a release. */
    private static boolean isReleased(Path file) {
        return file.toString().matches(".*(?<!-tests)\\.(jar|tar\\.gz)");
    }

    private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
