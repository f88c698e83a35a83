// SPDX-License-Identifier: Apache-2.0

/**
 * Ports on capture files: frames of one file come in as if they had just arrived, frames towards the port are written
 * to another. No privilege is needed.
 *
 * <pre>{@code
 *  in.pcap ---> weir-replay thread --- CopyRing --->  worker
 * out.pcap <--- weir-record thread <-- CopyRing ----  worker
 * }</pre>
 *
 * <p>{@code pcap:[IN][,OUT][?OPTION=VALUE[&OPTION=VALUE...]]}
 *
 * <table>
 * <caption>Options</caption>
 * <tr><th>key</th><th>default</th><th>meaning</th></tr>
 * <tr><td>IN</td><td>nothing comes in</td><td>pcap or pcapng file of Ethernet frames, or a named pipe; read from the
 * moment when the port is attached</td></tr>
 * <tr><td>OUT</td><td>frames are swallowed</td><td>file to write, replaced if it is there: pcapng when the name ends so,
 * else pcap; nanoseconds</td></tr>
 * <tr><td>speed</td><td>original</td><td>{@code original}, {@code max}, or how many times as fast: {@code 10x},
 * {@code 0.5x}</td></tr>
 * <tr><td>loops</td><td>1</td><td>how often the file is replayed, 0 for ever</td></tr>
 * </table>
 *
 * <p>When the last loop is over, or the file turns out to be broken, the port is {@code GONE} with the cause: nothing
 * more comes from it. What is sent to it is written all the same until it is detached. When OUT cannot be written (a
 * full disk) the port is {@code DOWN}, frames drop as {@code io_error}, and those already accepted show in
 * {@code peerDropped}.
 *
 * <p>Caveats:
 * <ul>
 * <li>A file that a port writes is no other port's: neither of this process, to read or to write, nor of another one
 * that asks for the lock (fcntl(2)). Other programs may read along.
 * <li>Workers never wait for a file: threads of their own read and write, with 4 MiB and 8,192 frames of room in
 * between. What finds no room towards OUT is {@code queue_full}.
 * <li>Frames leave at their time to within about 0.1 ms, as exactly as a sleeping thread wakes up. Times that run
 * backwards count as now.
 * <li>Frames that a capture cut short are sent as they are there. Empty ones count as {@code runt}, those beyond 67,136
 * bytes as {@code oversize}.
 * <li>Times in OUT are those when the worker gave the frame out, one for all frames of a batch.
 * <li>{@code -} is not taken; {@code /dev/stdin} can be named as IN.
 * </ul>
 */
@NullMarked
package weir.ports.capture;

import org.jspecify.annotations.NullMarked;
