// SPDX-License-Identifier: Apache-2.0

/** The HTTP API of the daemon, as {@code openapi.yaml} beside this package describes it. */
@NullMarked
package weir.control.http;

import org.jspecify.annotations.NullMarked;
