// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of this build and of what it runs on. */
public final class WeirVersion implements IVersionProvider {
    /** For picocli. */
    public WeirVersion() {}

    @Override
    public String[] getVersion() {
        return new String[] {
            "weir " + number(),
            "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + "), "
                    + System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                    + System.getProperty("os.arch")
        };
    }

    /** The version that the build wrote, for example {@code 0.1.0}. */
    public static String number() {
        try (InputStream in = WeirVersion.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
