// SPDX-License-Identifier: Apache-2.0

package weir.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The same sources built in two folders, on two days as it were, by people in two parts of the world. */
@Tag("full")
@RequiresFeature({Feature.LINUX, Feature.MAVEN})
@Timeout(1800)
class ReproducibleBuildTest {
    private static final String ROOT = System.getProperty("weir.root");

    @TempDir
    private Path scratch;

    @Test
    void twoBuildsGiveTheSameBytes() throws Exception {
        Map<String, String> first = build("one", "TZ=UTC", "LC_ALL=C", "022");
        Map<String, String> second = build("another folder", "TZ=Pacific/Auckland", "LC_ALL=C.UTF-8", "077");

        assertTrue(first.keySet().stream().anyMatch(name -> name.endsWith(".tar.gz")), first::toString);
        assertTrue(first.keySet().stream().anyMatch(name -> name.endsWith("-sources.jar")), first::toString);
        assertTrue(first.keySet().stream().anyMatch(name -> name.endsWith("-javadoc.jar")), first::toString);
        assertEquals(first, second);
    }

    private Map<String, String> build(String name, String zone, String language, String mask) throws Exception {
        Path folder = Files.createDirectory(scratch.resolve(name));
        String copy = "git -C '" + ROOT + "' ls-files -z --cached --others --exclude-standard" + " | tar -C '" + ROOT
                + "' --null --files-from=- -c | tar -x -C '" + folder + "'";
        Ran.of(List.of("sh", "-c", copy)).succeeded();
        String maven = "umask " + mask + " && cd '" + folder
                + "' && mvn -B -o -q -Prelease -Dquickly -Dweir.commit=0123456789ab package";
        Ran.of(List.of("env", zone, language, "sh", "-c", maven)).succeeded();
        return digests(folder);
    }

    private static Map<String, String> digests(Path folder) throws Exception {
        Map<String, String> digests = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(ReproducibleBuildTest::isReleased).toList()) {
                digests.put(folder.relativize(file).toString(), sha256(file));
            }
        }
        return digests;
    }

    /** The tarball, and what stands beside it for Maven. */
    private static boolean isReleased(Path file) {
        String parent = String.valueOf(file.getParent());
        return file.toString().matches(".*\\.(jar|tar\\.gz)") && (parent.endsWith("target") || parent.endsWith("lib"));
    }

    private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
