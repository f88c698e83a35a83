// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@link Assembler} made.
 *
 * @param labels slot by name, in order of the text; one at the very end is the number of slots
 */
public record Assembly(Code code, Map<String, Integer> labels) {
    public Assembly {
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }
}
