// SPDX-License-Identifier: Apache-2.0

/**
 * Abstract numbers: what the verifier knows of a register that holds no pointer.
 *
 * <pre>
 *  Scalar = Word of 64 bits + Word of its low 32 bits
 *  Word   = Tnum (known bits) + range of the members without sign bit + range of those with it
 * </pre>
 *
 * The two ranges of a word are the same as one unsigned and one signed range that know of each other. {@link
 * weir.ebpf.verifier.scalar.ScalarArithmetic} gives a superset of what each instruction can give, {@link
 * weir.ebpf.verifier.scalar.ScalarBranch} what a comparison tells of its operands. Everything is immutable.
 * The words know every width up to 64, so that tests can try all of a small one.
 *
 * <p>The domain is that of {@code struct bpf_reg_state} in Linux 6.18, include/linux/bpf_verifier.h.
 */
@NullMarked
package weir.ebpf.verifier.scalar;

import org.jspecify.annotations.NullMarked;
