// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

/**
 * Somebody who was let in.
 *
 * @param who as the audit log names them, such as {@code uid=1000} or {@code token=2}
 */
record Caller(String who, Role role) {}
