// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Who connected at the other end of a Unix socket, as the kernel noted it at that moment: SO_PEERCRED and SO_PEERGROUPS of
 * socket(7), {@code struct ucred} of linux/socket.h.
 *
 * <pre>
 *  0      4      8      12
 * +------+------+------+
 * | pid  | uid  | gid  |
 * +------+------+------+
 * </pre>
 *
 * @param pid process; 0 when it is in a namespace that cannot be seen from here
 * @param uid effective user
 * @param groups effective and supplementary groups
 */
public record PeerCredentials(int pid, int uid, Set<Integer> groups) {
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SO_PEERGROUPS = 59;
    private static final int UCRED_BYTES = 12;
    private static final int UCRED_UID = 4;
    private static final int UCRED_GID = 8;

    /** {@code NGROUPS_MAX}, uapi/linux/limits.h. */
    private static final int MAX_GROUPS = 65_536;

    public PeerCredentials {
        groups = Set.copyOf(groups);
    }

    /**
     * Of a connected socket.
     *
     * @param fd descriptor that the caller keeps open
     */
    public static PeerCredentials of(int fd) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment peer = arena.allocate(UCRED_BYTES, Integer.BYTES);
            option(arena, fd, "SO_PEERCRED", SO_PEERCRED, peer);
            MemorySegment list = arena.allocate(JAVA_INT, MAX_GROUPS);
            int bytes = option(arena, fd, "SO_PEERGROUPS", SO_PEERGROUPS, list);
            Set<Integer> groups = new LinkedHashSet<>();
            groups.add(peer.get(JAVA_INT, UCRED_GID));
            for (int offset = 0; offset < bytes; offset += Integer.BYTES) {
                groups.add(list.get(JAVA_INT, offset));
            }
            return new PeerCredentials(peer.get(JAVA_INT, 0), peer.get(JAVA_INT, UCRED_UID), groups);
        }
    }

    private static int option(Arena arena, int fd, String what, int name, MemorySegment into) throws LinuxException {
        try {
            MemorySegment state = arena.allocate(Libc.STATE);
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) into.byteSize());
            int result =
                    (int) Libc.GETSOCKOPT.invokeExact(state, fd, SOL_SOCKET, name, into.address(), length.address());
            Fd.check(what, result, state);
            return length.get(JAVA_INT, 0);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }
}
