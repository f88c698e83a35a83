// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import weir.ebpf.kernel.KernelMap;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;

/**
 * What the running kernel's verifier says, asked as root.
 *
 * @param log of a rejection
 */
record KernelVerdict(boolean isAccepted, String log) {
    static KernelVerdict of(ProgramSpec program, List<MapSpec> specs) {
        List<KernelMap> maps = new ArrayList<>();
        try {
            for (MapSpec spec : specs) {
                maps.add(map(spec));
            }
            int[] descriptors = maps.stream().mapToInt(KernelMap::fd).toArray();
            KernelProgram.load(program, descriptors).close();
            return new KernelVerdict(true, "");
        } catch (KernelProgram.Rejected e) {
            return new KernelVerdict(false, String.valueOf(e.getMessage()));
        } finally {
            maps.forEach(KernelMap::close);
        }
    }

    private static KernelMap map(MapSpec spec) {
        MapSpec inner = spec.inner();
        if (inner != null) {
            try (KernelMap template = KernelMap.create(inner)) {
                return KernelMap.create(spec, template.fd());
            }
        }
        KernelMap map = KernelMap.create(spec);
        for (MapSpec.Entry entry : spec.contents()) {
            if (entry instanceof MapSpec.Entry.Data(Bytes data)) {
                var _ = map.update(new byte[spec.keyBytes()], Arrays.copyOf(data.toArray(), spec.valueBytes()), 0);
            }
        }
        if (spec.frozen()) {
            var _ = map.freeze();
        }
        return map;
    }
}
