// SPDX-License-Identifier: Apache-2.0

/**
 * Capture files: reads and writes pcap and pcapng as a stream.
 *
 * <pre>{@code
 * try (CaptureReader in = CaptureReader.open(input);
 *         CaptureWriter out = CaptureWriter.pcapng(output)) {
 *     for (CaptureFrame frame = in.next(); frame != null; frame = in.next()) {
 *         out.write(frame);
 *     }
 * }
 * }</pre>
 *
 * <p>Nothing in a file is trusted: what breaks the format is a {@link weir.ports.pcap.CaptureException} with
 * the offset, and at most one block (1 MiB) is held in memory. Times are nanoseconds since 1970, whatever
 * the file counts in.
 *
 * <table>
 * <caption>What is read</caption>
 * <tr><th>format</th><th>read</th><th>passed over</th></tr>
 * <tr><td>pcap 2.4</td><td>both byte orders, microseconds and nanoseconds</td><td></td></tr>
 * <tr><td>pcapng 1</td><td>sections of both byte orders, interfaces, enhanced, simple and obsolete packet
 * blocks, comments</td><td>other blocks and options</td></tr>
 * </table>
 *
 * <p>Written are pcap with nanoseconds, and pcapng with interfaces and their statistics, enhanced packet blocks with
 * direction, drop count, comment and XDP verdict. {@link weir.ports.pcap.CaptureSink} writes captures of a running
 * switch. Checksums of Ethernet (FCS) in a file are cut off.
 *
 * <p>Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
 */
@NullMarked
package weir.ports.pcap;

import org.jspecify.annotations.NullMarked;
