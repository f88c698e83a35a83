// SPDX-License-Identifier: Apache-2.0

/** Tests of a release as people get it. */
@NullMarked
package weir.release;

import org.jspecify.annotations.NullMarked;
