// SPDX-License-Identifier: Apache-2.0

/** Speaks to a running daemon, with the JDK alone: a command that asks one question must not start an HTTP library. */
@NullMarked
package weir.control.client;

import org.jspecify.annotations.NullMarked;
