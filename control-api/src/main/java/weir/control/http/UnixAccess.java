// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import org.jspecify.annotations.Nullable;
import weir.ports.linux.LinuxException;
import weir.ports.linux.PeerCredentials;

/**
 * Who may use a Unix socket: root, the user that runs the daemon, and members of the socket's group. The kernel says who
 * connected; the mode of the file alone would let in whoever got hold of a descriptor or of a file with another mode.
 */
final class UnixAccess implements Access {
    private static final int FORBIDDEN = 403;

    private final int ownUid;
    private final @Nullable Integer gid;
    private final Role role;

    /**
     * @param ownUid of this process
     * @param gid whose members may; null for nobody else
     * @param role that whoever may gets
     */
    UnixAccess(int ownUid, @Nullable Integer gid, Role role) {
        this.ownUid = ownUid;
        this.gid = gid;
        this.role = role;
    }

    @Override
    public Decision of(HttpServerRequest request) {
        try {
            PeerCredentials peer = PeerCredentials.of(descriptor(request.connection()));
            Who who = new Who("uid=" + peer.uid(), "pid=" + peer.pid());
            return isAllowed(peer) ? new Allowed(new Caller(who, role)) : refused(who);
        } catch (LinuxException e) {
            return refused(new Who("unknown", "errno=" + e.errnoNumber()));
        }
    }

    boolean isAllowed(PeerCredentials peer) {
        return peer.uid() == 0
                || peer.uid() == ownUid
                || (gid != null && peer.groups().contains(gid));
    }

    private static Refused refused(Who who) {
        return new Refused(
                who,
                new Problem(
                        FORBIDDEN,
                        "forbidden",
                        "this user may not use the socket",
                        "start the daemon with --group NAME and be a member of that group, or be root"));
    }

    /** Vert.x does not say who is at the other end; its channel can be asked. */
    private static int descriptor(HttpConnection connection) {
        Channel channel = ((ConnectionBase) connection).channel();
        return ((UnixChannel) channel).fd().intValue();
    }
}
