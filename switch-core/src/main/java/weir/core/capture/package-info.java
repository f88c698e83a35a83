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
 * done (offloads) are up to 64 KiB long and have half a checksum. Drops of frames that never had a slot have no bytes and
 * are not captured: {@code no_buffer} and {@code oversize} at ingress, copies that a program or a flood could not get.
 * Of drops inside a port's own queue those are captured that it counts by {@link
 * weir.core.port.QueueContext#dropEgress}: memory ports and emulated links do.
 */
@NullMarked
package weir.core.capture;

import org.jspecify.annotations.NullMarked;
