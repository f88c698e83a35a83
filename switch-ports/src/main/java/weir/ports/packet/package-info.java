/**
 * Packet ports: Linux network interfaces that exist, such as one end of a veth pair or a network card.
 *
 * <pre>
 *  switch                                           kernel, our namespace or another
 *  -------------------------------------            --------------------------------------
 *            +- PacketReceiver - ring, 4 MiB  &lt;-----+
 *            |    longer frames: read  &lt;------------+-- interface veth0 -- peer, wire
 *  worker ---+                                      |
 *            +- PacketSender - sendmmsg  -----------+
 *                 with offloads: through its qdisc -+
 *
 *  weir-link-monitor - getsockname, rtnetlink       up or down? MTU? still there?
 * </pre>
 *
 * <p>{@code packet:IFNAME[?OPTION=VALUE[&OPTION=VALUE...]]}
 *
 * <table>
 * <caption>Options</caption>
 * <tr><th>key</th><th>default</th><th>meaning</th></tr>
 * <tr><td>IFNAME</td><td>required</td><td>name of an Ethernet interface; {@code lo} and tunnels are refused</td></tr>
 * <tr><td>netns</td><td>ours</td><td>absolute path of the network namespace that it is in</td></tr>
 * <tr><td>queues</td><td>1</td><td>1 to 64; flows are shared out among them by hash, fragments by addresses</td></tr>
 * <tr><td>mtu</td><td>unchanged</td><td>68 to 65,521; the interface keeps it</td></tr>
 * <tr><td>vnet</td><td>on</td><td>{@code off}: the switch itself completes checksums and segments before frames
 * leave here; what comes in may lack them in any case</td></tr>
 * <tr><td>sandbox</td><td></td><td>absolute path of the network namespace of a container that the other end of a veth pair
 * was made for: without the interface the port has ended with the container, which keeps no daemon from starting</td></tr>
 * </table>
 *
 * <p>The port is promiscuous and does not change the interface otherwise: up or down is somebody else's decision, and is
 * followed. It is GONE when the interface is deleted or moves to another namespace, since that unbinds the sockets; and
 * when the path in {@code netns} ends, since its own sockets would keep that namespace alive.
 *
 * <p>Caveats:
 * <ul>
 * <li>Opening needs CAP_NET_RAW; {@code netns} CAP_SYS_ADMIN, for a socket belongs to the namespace where it was opened;
 * {@code mtu} CAP_NET_ADMIN. Without NET_ADMIN the socket's buffers are held to {@code net.core.rmem_max}: with the usual
 * 208 KiB, bursts of frames of 64 KiB are then cut and dropped as {@code oversize}.
 * <li>The host's own stack gets every frame that comes in, too. Give the interface no addresses, and switch IPv6 off on it.
 * <li>What the host itself sends out of the interface is not heard.
 * <li>The ring holds 2,048 frames a queue. What comes while it is full is {@code peer_dropped}; frames beyond the peer's
 * own queue are lost behind the port's back.
 * <li>Frames without offloads leave past queueing disciplines, those with offloads through them, because only there the
 * kernel cuts frames for a device that can not. On a device that queues, a flow with both kinds may be reordered;
 * {@code vnet=off} sends all of them the same way.
 * <li>Segments of SCTP whose checksum the sender left to hardware get a wrong one, since the header that comes with a
 * frame can not say that it is another: {@code ethtool -K IFNAME tx-checksum-sctp off} at the sender.
 * <li>Frames of more than 67,136 bytes (BIG TCP) are dropped as {@code oversize}; that is not Linux's default.
 * <li>Two ports at one interface each get every frame. Weir refuses that within a switch, the kernel does not.
 * <li>Closing waits for the kernel, 10 to 30 ms a socket (three a queue).
 * <li>With several queues before Linux 5.17, what the host itself sends takes room in the rings.
 * </ul>
 */
@NullMarked
package weir.ports.packet;

import org.jspecify.annotations.NullMarked;
