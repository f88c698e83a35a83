// SPDX-License-Identifier: Apache-2.0

/** Finds loops that lead frames of a switch back to it, and cuts them: {@link weir.core.loop.LoopGuard}. */
@NullMarked
package weir.core.loop;

import org.jspecify.annotations.NullMarked;
