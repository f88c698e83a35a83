// SPDX-License-Identifier: Apache-2.0

/**
 * What senders leave to hardware and the switch does in software: checksums, segments; and the header by which Linux
 * and virtual machines say so. Knows frames and nothing of ports.
 */
@NullMarked
package weir.core.offload;

import org.jspecify.annotations.NullMarked;
