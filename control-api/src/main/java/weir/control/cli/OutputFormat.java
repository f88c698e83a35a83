// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

/** How a command prints its data. */
public enum OutputFormat {
    /** For people; may change between versions. */
    TABLE,
    /** For programs; the schema is stable. */
    JSON,
    /** As {@link #JSON}, in the other notation. */
    YAML
}
