// SPDX-License-Identifier: Apache-2.0

/** BTF: the types of an object file, and values shown by their types. */
@NullMarked
package weir.ebpf.btf;

import org.jspecify.annotations.NullMarked;
