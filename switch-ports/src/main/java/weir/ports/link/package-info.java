/**
 * The network interfaces behind ports, and the one thread that watches them.
 *
 * <pre>
 *   port ---- WatchedLink ---- LinkBinding      what the port holds: a TAP's descriptor, a bound socket
 *                 ^  state, MTU, statistics
 *                 |
 *            LinkMonitor ---- rtnetlink         one per process, while there are such ports
 * </pre>
 *
 * <p>A kind of port that is bound to an interface says in a {@link weir.ports.link.LinkBinding} how to ask
 * what it holds, and keeps one {@link weir.ports.link.WatchedLink}, which has the port's state, tells the
 * switch of changes and is told by {@link weir.ports.link.LinkMonitor}.
 */
@NullMarked
package weir.ports.link;

import org.jspecify.annotations.NullMarked;
