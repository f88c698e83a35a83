// SPDX-License-Identifier: Apache-2.0

/**
 * Shared-memory ports: the other side is a process on the same machine, which sends and receives frames without
 * system calls while both are awake.
 *
 * <pre>
 *  client process                            switch process
 *  --------------                            --------------
 *  ShmClient or weir_shm.h
 *    connect, hello  ----- unix socket ----&gt;   ShmDoorkeeper    one thread a port
 *    welcome, memfd  &lt;---- SCM_RIGHTS ------     makes the memory: sized, sealed, in place
 *
 *    slot + length   ----- ring, slots ----&gt;   ShmExchange      the worker: copies into the pool
 *    slot + length   &lt;---- ring, slots -----     copies out of the pool
 *    one byte, if the other sleeps  &lt;-----------&gt;  (same socket)
 * </pre>
 *
 * <h2>Configuration</h2>
 *
 * {@code shm:NAME[?slots=N&mtu=N&dir=PATH]}
 *
 * <table>
 *   <caption>Options</caption>
 *   <tr><th>option</th><th>default</th><th>means</th></tr>
 *   <tr><td>slots</td><td>1024</td><td>frames that fit into each direction, a power of two, 16 to 16,384</td></tr>
 *   <tr><td>mtu</td><td>1500</td><td>68 to 9,000</td></tr>
 *   <tr><td>dir</td><td>$XDG_RUNTIME_DIR/weir or /run/weir</td><td>where {@code NAME.sock} is made, mode 0660</td></tr>
 * </table>
 *
 * <h2>Caveats</h2>
 *
 * <ul>
 *   <li>One client at a time; a second one is refused with a message. The port is DOWN without a client, and frames
 *       to it are {@code port_down}.
 *   <li>Whoever may open the socket is a station on the switch, and no more: it can write anything into its memory
 *       at any time, which the switch survives; a wrong index or length costs it what it had in its ring.
 *   <li>Frames are copied at the border in both directions. There is no {@code pool=shared}.
 *   <li>A ring that the client does not read is full after {@code slots} frames: {@code queue_full}.
 * </ul>
 */
@NullMarked
package weir.ports.shm;

import org.jspecify.annotations.NullMarked;
