// SPDX-License-Identifier: Apache-2.0

/**
 * Captures of a running switch: which frames, how much of each, who gets them.
 *
 * <pre>
 *  worker 0  --CaptureTap--> CopyRing ---+
 *  worker 1  --CaptureTap--> CopyRing ---+--> reader thread --CapturedFrame--> CaptureConsumer
 * </pre>
 *
 * <p>A worker filters and copies; it never waits, and what finds no room in its ring is lost and counted. Without a
 * capture none of this exists: workers look at one field a batch.
 *
 * <p>Where frames are taken:
 *
 * <table>
 * <caption>Points</caption>
 * <tr><th>frame</th><th>when</th><th>port</th></tr>
 * <tr><td>in</td><td>as it came in, before anything is checked or changed</td><td>ingress</td></tr>
 * <tr><td>out</td><td>when it is handed to the port's queue, with the tags that it leaves with; before an emulated link,
 * and before the port itself drops it</td><td>egress</td></tr>
 * <tr><td>dropped</td><td>when the drop is counted, as the frame is then</td><td>where it is counted</td></tr>
 * </table>
 *
 * <p>So a frame that came in and was dropped is there twice when both are asked for. Frames whose senders left work to be
 * done (offloads) are up to 64 KiB long and have half a checksum.
 *
 * <p>Ports tell {@link weir.core.port.QueueContext} of each frame that they drop, those included that found no slot: what
 * lies elsewhere is captured from there. So the drops captured are as many as counted, by reason, but for these:
 *
 * <table>
 * <caption>Drops without a record of their own</caption>
 * <tr><th>drop</th><th>why</th></tr>
 * <tr><td>{@code bad_descriptor} from a client of shared memory</td><td>what it said of its frames cannot be believed</td></tr>
 * <tr><td>{@code no_buffer} when a frame is cut in segments</td><td>segments that found no slot were never made; the whole
 * frame is captured once for all of them</td></tr>
 * <tr><td>{@code peer_dropped}</td><td>no drop of the switch: the kernel, or whoever is behind the port, lost the frame and
 * says how many only</td></tr>
 * </table>
 *
 * <p>A frame that fits neither a slot nor a packet ring is there as far as it was read. A VLAN tag that the kernel took out
 * is missing in a frame that a packet port could not put into a slot.
 */
@NullMarked
package weir.core.capture;

import org.jspecify.annotations.NullMarked;
