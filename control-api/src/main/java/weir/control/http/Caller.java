// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

/** Somebody who was let in. */
record Caller(Who who, Role role) {}
