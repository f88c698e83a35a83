// SPDX-License-Identifier: Apache-2.0
package weir.ports;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import weir.core.port.PortException;
import weir.ports.linux.Fd;
import weir.ports.linux.LinuxException;

/** The option {@code netns} of port specs: a network namespace by the path of its file. */
public final class NamespacePath {
    private static final String MAKE_NAMESPACE = "make one with: ip netns add NAME, and write netns=/run/netns/NAME";

    private NamespacePath() {}

    /** The path as a spec has it, or null when it has none; nothing on the machine is touched. */
    public static @Nullable String of(PortSpec spec) throws PortException {
        String path = spec.options().get("netns");
        if (path == null) {
            return null;
        }
        String hint = "netns is the absolute path of a network namespace, such as /run/netns/blue";
        if (!path.startsWith("/")) {
            throw new PortException("netns " + PortSpec.quote(path) + " is not an absolute path", hint);
        }
        if (path.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new PortException("netns " + PortSpec.quote(path) + " has a control character", hint);
        }
        return path;
    }

    /** Opens the file and makes sure that it stands for a network namespace. The caller closes. */
    public static Fd open(String path) throws PortException {
        Fd namespace;
        try {
            namespace = Fd.openForReading(path);
        } catch (LinuxException e) {
            throw new PortException("cannot open network namespace: " + e.getMessage(), MAKE_NAMESPACE, e);
        }
        if (!namespace.isNetworkNamespace()) {
            namespace.close();
            throw new PortException(PortSpec.quote(path) + " is not a network namespace", MAKE_NAMESPACE);
        }
        return namespace;
    }

    /** Equal for two specs that name the same interface in the same namespace. */
    public static String identity(String interfaceName, @Nullable String path) {
        return interfaceName + "@" + (path == null ? "" : canonical(path));
    }

    private static String canonical(String path) {
        try {
            return Files.exists(Path.of(path)) ? Path.of(path).toRealPath().toString() : path;
        } catch (IOException e) {
            return path; // opening it will say why
        }
    }
}
