// SPDX-License-Identifier: Apache-2.0

/** Reads the sections {@code .BTF} and {@code .BTF.ext}. */
@NullMarked
package weir.ebpf.btf.reader;

import org.jspecify.annotations.NullMarked;
