/**
 * AF_XDP ports: a network interface whose frames come to the switch before the kernel's stack sees them,
 * and go out without it.
 *
 * <pre>
 *   switch                                              kernel, our namespace or another
 *   ----------------------------------------            ----------------------------------------
 *   worker - XdpQueue 0 - fill, rx, tx, completion ---- socket 0 --+- program - queue 0 --+
 *   worker - XdpQueue 1 - fill, rx, tx, completion ---- socket 1 --+            queue 1 --+- interface
 *                 |                                        |                    queue 2 --+
 *            small slots of the frame pool  ==========  UMEM, pinned            goes on to the stack
 *
 *   weir-link-monitor - rtnetlink, bpf(2) ---------------------- up or down? MTU? still there?
 * </pre>
 *
 * <p>{@code xdp:IFNAME[?OPTION=VALUE[&OPTION=VALUE...]]}
 *
 * <table>
 * <caption>Options</caption>
 * <tr><th>key</th><th>default</th><th>meaning</th></tr>
 * <tr><td>IFNAME</td><td>required</td><td>an interface that exists; up, or it carries nothing</td></tr>
 * <tr><td>queue</td><td>0</td><td>the one receive queue to serve</td></tr>
 * <tr><td>queues</td><td>1</td><td>1 to 64: serve the first N queues; not together with queue</td></tr>
 * <tr><td>mode</td><td>native, else skb</td><td>where the kernel's program runs</td></tr>
 * <tr><td>netns</td><td>ours</td><td>absolute path of the network namespace that the interface is in</td></tr>
 * </table>
 *
 * <p>Caveats:
 * <ul>
 * <li>Frames are not copied inside the process: all AF_XDP sockets of a switch share the small slots of its
 * pool. The kernel copies once on the way in and once on the way out ({@code XDP_COPY}); a driver's
 * zero-copy mode is not used, since its buffers outlive the socket.
 * <li>Needs CAP_NET_RAW, CAP_BPF and CAP_NET_ADMIN, with {@code netns} CAP_SYS_ADMIN too. The pool is locked
 * in memory, 32 MiB a worker: CAP_IPC_LOCK, or RLIMIT_MEMLOCK above that.
 * <li>MTU of at most 1,770 bytes.
 * <li>Of a veth whose other end is a Linux stack, TCP and UDP come with the checksum unfinished; the port
 * finishes it. VLAN tags come only in the frame, not in the kernel's note beside it: a peer with VLAN
 * interfaces needs {@code ethtool -K IFNAME txvlan off}.
 * <li>In mode skb the peer's segmentation is not switched off. Its large frames are longer than a slot: the kernel drops
 * them, and they show in {@code peerDropped}. Where that grows as soon as TCP begins, switch it off at the other end:
 * {@code ethtool -K IFNAME tso off gso off}.
 * <li>Frames of queues that are not served, and all frames until the port is attached, go to the kernel's
 * stack.
 * <li>A namespace given by {@code netns} lives as long as the port; the port gives it up when its path is
 * gone.
 * <li>Detaching waits for the kernel's readers of the socket (RCU), once for each of its two, and the worker's other ports with it.
 * </ul>
 */
@NullMarked
package weir.ports.xdp;

import org.jspecify.annotations.NullMarked;
