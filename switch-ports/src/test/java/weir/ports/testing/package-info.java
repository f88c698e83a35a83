// SPDX-License-Identifier: Apache-2.0

/** Network namespaces and frames for tests of ports. */
package weir.ports.testing;
