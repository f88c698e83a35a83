// SPDX-License-Identifier: Apache-2.0

/**
 * CO-RE: values of instructions that depend on types, resolved against the types the engine offers. The
 * rules are those of libbpf's {@code relo_core.c}.
 */
@NullMarked
package weir.ebpf.btf.relocation;

import org.jspecify.annotations.NullMarked;
