// SPDX-License-Identifier: Apache-2.0
@NullMarked
package weir.core.offload;

import org.jspecify.annotations.NullMarked;
