// SPDX-License-Identifier: Apache-2.0

/** What commands show of a switch: records that become JSON, and the tables made of them. */
@NullMarked
package weir.control.report;

import org.jspecify.annotations.NullMarked;
