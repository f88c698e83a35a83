// SPDX-License-Identifier: Apache-2.0

/** What every engine does alike: cases as data, in the files of the same package in the resources. */
@NullMarked
package weir.ebpf.engine;

import org.jspecify.annotations.NullMarked;
