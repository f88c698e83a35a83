// SPDX-License-Identifier: Apache-2.0

/** Words that people type, and words for them. */
@NullMarked
package weir.control.text;

import org.jspecify.annotations.NullMarked;
