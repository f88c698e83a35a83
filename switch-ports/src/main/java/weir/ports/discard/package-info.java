// SPDX-License-Identifier: Apache-2.0

/**
 * {@code null:NAME}: a port that swallows what it is sent and sends nothing, after the discard protocol (RFC 863). It
 * needs no privilege, no file and no other process: for measuring, and for a mirror's end that nobody reads.
 *
 * <p>Frames that it swallows count as transmitted. Its MTU is 65,521 bytes.
 */
@NullMarked
package weir.ports.discard;

import org.jspecify.annotations.NullMarked;
