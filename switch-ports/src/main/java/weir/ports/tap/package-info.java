/**
 * TAP ports: the switch's end of a virtual Ethernet cable whose other end is a Linux network interface.
 *
 * <pre>
 *   switch                                    kernel, our namespace or another
 *   ----------------------------              --------------------------------------
 *   worker - TapQueue 0 - read/write -- fd --+
 *   worker - TapQueue 1 - read/write -- fd --+-- interface t1 -- stack, bridge, container
 *                                             |
 *   weir-link-monitor - ioctl, rtnetlink -----+   up or down? MTU? dropped? still there?
 * </pre>
 *
 * <p>{@code tap:NAME[?OPTION=VALUE[&OPTION=VALUE...]]}
 *
 * <table>
 * <caption>Options</caption>
 * <tr><th>key</th><th>default</th><th>meaning</th></tr>
 * <tr><td>NAME</td><td>required</td><td>interface name, 1 to 15 bytes of printable ASCII without
 * {@code / % : ..}</td></tr>
 * <tr><td>netns</td><td>ours</td><td>absolute path of the network namespace to create it in</td></tr>
 * <tr><td>inode</td><td></td><td>with netns: the namespace's inode; where the path leads to another one by then, the
 * port is not opened</td></tr>
 * <tr><td>queues</td><td>1</td><td>1 to 256; more than 1 makes a multi-queue TAP</td></tr>
 * <tr><td>mtu</td><td>1500 when created, else unchanged</td><td>68 to 65,521</td></tr>
 * <tr><td>vnet</td><td>on</td><td>whether the kernel and the switch leave checksums and segments to each
 * other</td></tr>
 * <tr><td>engine</td><td>auto</td><td>{@code read}: a system call for each frame; {@code io_uring}: one for many
 * short frames, Linux 6.2; {@code auto}: io_uring if it works here</td></tr>
 * <tr><td>persist</td><td>off</td><td>{@code on}: the interface stays when the port is closed or the process dies, without
 * a carrier, and the next port of the same spec takes it up again</td></tr>
 * <tr><td>sandbox</td><td></td><td>with {@code persist=on}, instead of netns: absolute path of a network namespace that
 * somebody else moves the interface to; there it is looked for first</td></tr>
 * </table>
 *
 * <p>Caveats:
 * <ul>
 * <li>With {@code engine=read} a frame costs one system call in and one out, 0.87 of a C loop that does the same in a
 * process of one thread; in one of several the kernel counts references to the descriptor in each call (0.12 us a
 * frame). Batches of io_uring are 1.2 times that C loop.
 * <li>A queue with io_uring has buffers for 64 frames of 64 KiB of its own; only pages that were read into take memory.
 * <li>Creating needs CAP_NET_ADMIN, in another namespace too (not CAP_SYS_ADMIN). A persistent TAP of
 * one's own needs no capability, but then its MTU can not be set and it is lost sight of (not
 * stopped) when somebody moves it to another namespace.
 * <li>With {@code netns} the interface is always created, never attached to, unless {@code persist=on} finds one.
 * <li>An interface that stayed is known again by its alias ({@code ip link}), {@code weir} and its name. To take it up in
 * another namespace needs CAP_SYS_ADMIN, and the port then keeps that namespace alive until it is closed; it is {@code GONE}
 * when the path of netns leads there no more.
 * <li>Link events from other namespaces need CAP_NET_BROADCAST; without it a change of state or MTU
 * there shows after at most 500 ms instead of at once.
 * <li>The kernel's queue towards the switch holds {@code txqueuelen} (1,000) frames; what does not fit is
 * lost behind the port's back and shows in {@code peerDropped}, not as an error.
 * <li>The kernel accepts frames of any length from us; the switch checks the MTU.
 * <li>With {@code vnet=on} one stream of TCP is several times as fast, since frames of 64 KiB cross whole, and a frame of
 * 64 bytes costs about 9 % more, nearly all of it in the kernel. A persistent TAP loses or gets its headers by each
 * opening. Segments of UDP need kernel 6.2.
 * <li>With {@code vnet=off} and an MTU above 1,577 frames are read into large slots; short ones are copied on to small ones.
 * </ul>
 */
@NullMarked
package weir.ports.tap;

import org.jspecify.annotations.NullMarked;
