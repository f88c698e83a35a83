// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import weir.ebpf.ObjectFileException;
import weir.ebpf.elf.SectionData;

/**
 * Names that tell an object's programs apart: that of the symbol, or of the section where there is none;
 * {@code section:symbol} where several programs would have the same.
 */
final class ProgramNames {
    private final Map<Function, String> names = new HashMap<>();

    ProgramNames(List<Function> mains) throws ObjectFileException {
        Map<String, Integer> uses = new HashMap<>();
        mains.forEach(main -> uses.merge(main.programName(), 1, Integer::sum));
        Set<String> taken = new HashSet<>();
        for (Function main : mains) {
            String own = main.programName();
            String name = uses.getOrDefault(own, 0) > 1 ? main.section().name() + ":" + own : own;
            if (!taken.add(name)) {
                throw main.section().fail(main.start(), "two programs have the name " + SectionData.quote(name));
            }
            names.put(main, name);
        }
    }

    String of(Function main) {
        return Objects.requireNonNull(names.get(main));
    }
}
