// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weir.core.port.PortException;
import weir.ports.InterfaceName;
import weir.ports.PortSpec;
import weir.ports.linux.UnixSocket;

/**
 * What {@code shm:NAME[?slots=N&mtu=N&dir=PATH]} says. Making one touches nothing on the machine.
 *
 * @param name of the port and, with {@code .sock} behind it, of its socket
 * @param dir absolute path of the socket's folder, or null for {@link #defaultDir}
 * @param slots frames that fit into each direction, a power of two from 16 to 16,384
 * @param mtuBytes 68 to 9,000
 */
public record ShmSpec(String name, @Nullable String dir, int slots, int mtuBytes) {
    /** Kind in front of the colon. */
    public static final String KIND = "shm";

    /** Slots where the spec says nothing. */
    public static final int DEFAULT_SLOTS = 1024;

    /** Fewest slots of a direction. */
    public static final int MIN_SLOTS = 16;

    /** Most slots of a direction. */
    public static final int MAX_SLOTS = 16_384;

    private static final int DEFAULT_MTU_BYTES = 1500;
    private static final int MIN_MTU_BYTES = 68;
    private static final int MAX_MTU_BYTES = 9_000;
    private static final String SUFFIX = ".sock";
    private static final String RUNTIME_DIR = "XDG_RUNTIME_DIR";

    private static final SortedSet<String> OPTIONS =
            Collections.unmodifiableSortedSet(new TreeSet<>(List.of("dir", "mtu", "slots")));

    /** Reads a spec; every mistake is named. */
    public static ShmSpec parse(String text) throws PortException {
        PortSpec spec = PortSpec.parse(text);
        if (!spec.kind().equals(KIND)) {
            throw new PortException(
                    "port spec " + PortSpec.quote(text) + " is not of kind shm", "write shm:NAME, such as shm:a");
        }
        return of(spec);
    }

    static ShmSpec of(PortSpec spec) throws PortException {
        spec.requireKnownOptions(OPTIONS);
        ShmSpec read = new ShmSpec(
                InterfaceName.require(spec.target(), "port name"),
                dir(spec),
                slots(spec),
                spec.number("mtu", MIN_MTU_BYTES, MAX_MTU_BYTES, DEFAULT_MTU_BYTES));
        int pathBytes = read.socket().toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        if (pathBytes > UnixSocket.MAX_PATH_BYTES) {
            throw new PortException(
                    "the socket's path " + read.socket() + " has " + pathBytes + " bytes, more than "
                            + UnixSocket.MAX_PATH_BYTES,
                    "write dir=PATH with a shorter path, such as dir=/run/weir");
        }
        return read;
    }

    /** Whether a port can have so many slots. */
    public static boolean isSlots(int slots) {
        return slots >= MIN_SLOTS && slots <= MAX_SLOTS && Integer.bitCount(slots) == 1;
    }

    private static int slots(PortSpec spec) throws PortException {
        int slots = spec.number("slots", MIN_SLOTS, MAX_SLOTS, DEFAULT_SLOTS);
        if (Integer.bitCount(slots) != 1) {
            int below = Integer.highestOneBit(slots);
            throw new PortException(
                    "slots " + slots + " in " + PortSpec.quote(spec.text()) + " is not a power of two",
                    "write slots=" + below + " or slots=" + 2 * below);
        }
        return slots;
    }

    private static @Nullable String dir(PortSpec spec) throws PortException {
        String path = spec.options().get("dir");
        if (path == null) {
            return null;
        }
        String hint = "dir is the absolute path of a folder for the socket, such as /run/weir";
        if (!path.startsWith("/")) {
            throw new PortException("dir " + PortSpec.quote(path) + " is not an absolute path", hint);
        }
        if (path.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new PortException("dir " + PortSpec.quote(path) + " has a control character", hint);
        }
        return path;
    }

    /** {@code $XDG_RUNTIME_DIR/weir}, or {@code /run/weir} where that variable is not set. */
    public static Path defaultDir() {
        String runtime = System.getenv(RUNTIME_DIR);
        return runtime == null || !runtime.startsWith("/") ? Path.of("/run/weir") : Path.of(runtime, "weir");
    }

    /** Where clients connect. */
    public Path socket() {
        String given = dir;
        return (given == null ? defaultDir() : Path.of(given)).resolve(name + SUFFIX);
    }

    ShmLayout.Geometry geometry() {
        return new ShmLayout.Geometry(slots, mtuBytes);
    }

    /** The spec as text; options that have their default are left out. */
    @Override
    public String toString() {
        return PortSpec.writer(KIND, name)
                .option("dir", dir)
                .option("slots", slots == DEFAULT_SLOTS ? null : slots)
                .option("mtu", mtuBytes == DEFAULT_MTU_BYTES ? null : mtuBytes)
                .toString();
    }
}
