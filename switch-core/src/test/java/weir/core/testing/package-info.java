// SPDX-License-Identifier: Apache-2.0

/**
 * What tests of this module and of the modules above share: a switch driven by hand, frames to send through it, the
 * contract that every port keeps.
 */
package weir.core.testing;
