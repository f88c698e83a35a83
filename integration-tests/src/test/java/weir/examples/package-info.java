// SPDX-License-Identifier: Apache-2.0

/** Every program of the folder {@code examples} runs and says what its first comment promises. */
@NullMarked
package weir.examples;

import org.jspecify.annotations.NullMarked;
