// SPDX-License-Identifier: Apache-2.0

/**
 * Ports over Unix sockets: a cable to another process on this machine, a QEMU guest or another switch, without root
 * and without any network interface. Framing is that of QEMU's {@code -netdev stream} and {@code -netdev dgram}
 * (net/stream.c, net/dgram.c).
 *
 * <pre>
 *  stream:   length 4, big endian | frame | length 4 | frame | ...
 *  dgram:    one frame is one message
 * </pre>
 *
 * <p>{@code unix:PATH[?OPTION=VALUE[&OPTION=VALUE...]]}
 *
 * <table>
 * <caption>Options</caption>
 * <tr><th>key</th><th>default</th><th>meaning</th></tr>
 * <tr><td>PATH</td><td>required</td><td>the socket's file, up to 107 bytes</td></tr>
 * <tr><td>mode</td><td>stream</td><td>{@code stream} or {@code dgram}</td></tr>
 * <tr><td>role</td><td>listen</td><td>of a stream: {@code listen} makes PATH and takes one peer at a time,
 * {@code connect} goes to a peer that listens there</td></tr>
 * <tr><td>wait</td><td>off</td><td>{@code on}: the socket that {@code role=connect} goes to need not exist when the port
 * is opened</td></tr>
 * <tr><td>peer</td><td>required for dgram</td><td>file of the socket to send to; PATH is the port's own</td></tr>
 * <tr><td>mtu</td><td>1500</td><td>68 to 65,521; longer frames drop as {@code oversize} both ways, with room for two
 * VLAN tags on the way in</td></tr>
 * </table>
 *
 * <p>To a QEMU guest:
 * <pre>{@code
 *  weir run unix:/run/weir/vm1 tap:up
 *  qemu-system-x86_64 ... -netdev stream,id=n0,server=off,addr.type=unix,addr.path=/run/weir/vm1 \
 *                         -device virtio-net-pci,netdev=n0
 * }</pre>
 *
 * <p>The port is {@code DOWN} until there is a peer, and again when the peer is gone. A listener then takes the next
 * one; who connects tries again, whatever the reason, first after 0.1 s and later every 2 s. A further peer of a listener that has one
 * waits.
 *
 * <p>Caveats:
 * <ul>
 * <li>The socket's file has mode 0660: whoever may write to it is on the network. A file that is in the way is removed
 * only if it is a socket that nobody answers at.
 * <li>What the socket's buffer (512 KiB if {@code net.core.wmem_max} allows) has no room for is {@code queue_full}; a
 * frame that the kernel took half goes out whole. A dgram port keeps up to 512 frames for a peer that reads slowly; what
 * waits when the peer goes shows in {@code peerDropped}.
 * <li>A peer that announces a frame of more than 69,632 bytes (QEMU's own limit) speaks another protocol, and is cut
 * off. Empty frames count as {@code runt}.
 * <li>That the peer of a dgram port is gone shows when something is sent, or within half a second.
 * </ul>
 */
@NullMarked
package weir.ports.unix;

import org.jspecify.annotations.NullMarked;
