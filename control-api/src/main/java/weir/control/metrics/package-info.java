// SPDX-License-Identifier: Apache-2.0

/** What Prometheus reads of the daemon; {@code docs/metrics.md} has every name. */
@NullMarked
package weir.control.metrics;

import org.jspecify.annotations.NullMarked;
