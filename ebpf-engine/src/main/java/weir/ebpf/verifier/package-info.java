// SPDX-License-Identifier: Apache-2.0

/** Proves programs safe. Only here a {@link weir.ebpf.verifier.VerifiedProgram} can be made. */
@NullMarked
package weir.ebpf.verifier;

import org.jspecify.annotations.NullMarked;
