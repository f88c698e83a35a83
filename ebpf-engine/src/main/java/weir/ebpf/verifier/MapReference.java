// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import weir.ebpf.map.MapSpec;

/**
 * A map that a program knows.
 *
 * @param index in the object, or {@link #INNER}
 */
record MapReference(int index, MapSpec spec) {
    /** A map out of a map of maps: any that is built as {@code spec} says. */
    static final int INNER = -1;
}
