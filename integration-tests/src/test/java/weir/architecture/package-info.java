// SPDX-License-Identifier: Apache-2.0

/** The rules that module descriptors cannot say, each proved able to fail on a class below {@code fixture}. */
@NullMarked
package weir.architecture;

import org.jspecify.annotations.NullMarked;
