// SPDX-License-Identifier: Apache-2.0

@NullMarked
package weir.control.logging;

import org.jspecify.annotations.NullMarked;
