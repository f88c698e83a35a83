// SPDX-License-Identifier: Apache-2.0

/**
 * Helpers: what programs may call. {@link weir.ebpf.helper.HelperTable} says which there are and what
 * they take, for the verifier and every engine alike; {@link weir.ebpf.helper.HelperCalls} runs them.
 */
@NullMarked
package weir.ebpf.helper;

import org.jspecify.annotations.NullMarked;
