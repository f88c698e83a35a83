// SPDX-License-Identifier: Apache-2.0

/** Small C programs with one mistake each, and what a verifier has to say about them. */
@NullMarked
package weir.ebpf.verifier.cases;

import org.jspecify.annotations.NullMarked;
