// SPDX-License-Identifier: Apache-2.0

/** What this machine offers, asked of the machine itself, and what to do about what it lacks. */
@NullMarked
package weir.control.doctor;

import org.jspecify.annotations.NullMarked;
