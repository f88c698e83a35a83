// SPDX-License-Identifier: Apache-2.0

/** Frames: packed descriptors, the pool that holds their bytes, and the batch a worker decides together. */
@NullMarked
package weir.core.frame;

import org.jspecify.annotations.NullMarked;
