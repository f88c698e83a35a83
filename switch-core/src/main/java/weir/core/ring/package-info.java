// SPDX-License-Identifier: Apache-2.0

/** Single-producer single-consumer rings of 64-bit words, one layout on the heap and in native memory. */
@NullMarked
package weir.core.ring;

import org.jspecify.annotations.NullMarked;
