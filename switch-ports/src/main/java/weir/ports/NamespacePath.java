// SPDX-License-Identifier: Apache-2.0
package weir.ports;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import weir.core.port.PortException;
import weir.ports.linux.Errno;
import weir.ports.linux.Fd;
import weir.ports.linux.LinuxException;

/** The option {@code netns=PATH} of a spec: the file that stands for a network namespace. */
public final class NamespacePath {
    /** Name of the option. */
    public static final String OPTION = "netns";

    private static final String FORM = " is the absolute path of a network namespace, such as /run/netns/blue";
    private static final String MAKE = "make one with: ip netns add NAME, and write netns=/run/netns/NAME";

    private NamespacePath() {}

    /** What a spec says, or null when it says nothing; the machine is not asked. */
    public static @Nullable String of(PortSpec spec) throws PortException {
        return of(spec, OPTION);
    }

    /** The same for an option of another name. */
    public static @Nullable String of(PortSpec spec, String option) throws PortException {
        String path = spec.options().get(option);
        if (path == null) {
            return null;
        }
        String form = option + FORM;
        if (!path.startsWith("/")) {
            throw new PortException(option + " " + PortSpec.quote(path) + " is not an absolute path", form);
        }
        if (path.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new PortException(option + " " + PortSpec.quote(path) + " has a control character", form);
        }
        return path;
    }

    /** The same text for every path to one file, as far as that can be told now; empty for null. */
    public static String canonical(@Nullable String path) {
        if (path == null) {
            return "";
        }
        try {
            return Files.exists(Path.of(path)) ? Path.of(path).toRealPath().toString() : path;
        } catch (IOException e) {
            return path; // opening it will say why
        }
    }

    /** Opens the namespace; the caller closes it soon, for while open it keeps a deleted namespace alive. */
    public static Fd open(String path) throws PortException {
        Fd namespace;
        try {
            namespace = Fd.openForReading(path);
        } catch (LinuxException e) {
            throw new PortException(
                    e.isMissingPath() ? PortException.Kind.NOT_FOUND : PortException.Kind.FAILED,
                    "cannot open network namespace: " + e.getMessage(),
                    MAKE,
                    e);
        }
        if (!namespace.isNetworkNamespace()) {
            namespace.close();
            throw new PortException(PortSpec.quote(path) + " is not a network namespace", MAKE);
        }
        return namespace;
    }

    /**
     * Opens the namespace at a path where there may be none: container engines leave the file a little longer than what
     * was mounted on it. The caller closes it soon, as with {@link #open}.
     *
     * @return null when there is none
     */
    public static @Nullable Fd find(String path) throws LinuxException {
        if (!Files.exists(Path.of(path))) {
            return null;
        }
        Fd file = Fd.openForReading(path);
        if (file.isNetworkNamespace()) {
            return file;
        }
        file.close();
        return null;
    }

    /**
     * Whether a path still leads to the namespace that it led to: for ports whose sockets keep the namespace alive, so
     * that its deletion shows by the path alone.
     *
     * @param path null for the process's own namespace, which does not end
     */
    public static boolean leadsTo(@Nullable String path, long inode) throws LinuxException {
        if (path == null) {
            return true;
        }
        try (Fd namespace = Fd.openForReading(path)) {
            return namespace.inode() == inode;
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }
}
