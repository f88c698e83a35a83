// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of this build and of what it runs on. */
public final class WeirVersion implements IVersionProvider {
    private static final int DATE_CHARACTERS = "2025-01-01".length();

    /** For picocli. */
    public WeirVersion() {}

    @Override
    public String[] getVersion() {
        String commit = commit();
        return new String[] {
            "weir " + number() + " (commit " + (commit.isEmpty() ? "unknown" : commit) + ")",
            "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + "), "
                    + System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                    + System.getProperty("os.arch")
        };
    }

    /** The version that the build wrote, for example {@code 0.1.0}. */
    public static String number() {
        return properties().getProperty("version", "unknown");
    }

    /** The commit that was built, {@code 2ca9de0c5a1b} or, with changes on top, {@code 2ca9de0c5a1b-dirty}; or empty. */
    public static String commit() {
        return properties().getProperty("commit", "");
    }

    /** The day of the version, {@code 2025-01-01}. */
    public static String date() {
        String timestamp = properties().getProperty("date", "");
        return timestamp.substring(0, Math.min(timestamp.length(), DATE_CHARACTERS));
    }

    private static Properties properties() {
        Properties properties = new Properties();
        try (InputStream in = WeirVersion.class.getResourceAsStream("version.properties")) {
            if (in != null) {
                properties.load(in);
            }
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
