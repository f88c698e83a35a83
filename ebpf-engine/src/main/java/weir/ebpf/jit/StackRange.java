// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

/**
 * Bytes of the running function's stack that a helper uses during a call.
 *
 * @param offset from r10
 * @param isWritten whether the helper may change them
 */
record StackRange(int offset, int bytes, boolean isWritten) {}
