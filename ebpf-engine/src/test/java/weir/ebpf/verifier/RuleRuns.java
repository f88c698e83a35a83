// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.Fault;
import weir.ebpf.program.ProgramSpec;

/** Runs programs under the checks of the interpreter, on frames of many sizes, with maps of many contents. */
final class RuleRuns {
    private static final int[] FRAME_BYTES = {14, 15, 64, 96, 300, 1500};
    private static final int ROUNDS = 4;
    private static final int METADATA_BYTES = 8;

    private RuleRuns() {}

    /** What went wrong in any of the runs. */
    static List<Fault> faults(ProgramSpec program, List<MapSpec> maps) throws LoadException {
        List<Fault> faults = new ArrayList<>();
        Random random = new Random(program.code().slots());
        try (LoadedObject object =
                LoadedObject.of(program, maps, LoadOptions.on(new DeterministicHost(random.nextInt(1, 5))))) {
            EbpfProgram loaded = object.programs().values().iterator().next();
            for (int round = 0; round < ROUNDS; round++) {
                for (MapSpec map : maps) {
                    fill(map, object.maps().get(map.name()), random, round);
                }
                for (int bytes : FRAME_BYTES) {
                    int metadata = round == 0 ? 0 : METADATA_BYTES;
                    Bytes frame = Bytes.of(bytes(bytes + metadata, random, round));
                    TestRun.Result result = new TestRun(frame, metadata, 1, 0, 1, 0).run(loaded);
                    if (result.fault() != null) {
                        faults.add(result.fault());
                    }
                }
            }
        }
        return faults;
    }

    /** Zeros, ones, small numbers, anything. */
    private static byte[] bytes(int count, Random random, int round) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte)
                    (switch (round) {
                        case 0 -> 0;
                        case 1 -> -1;
                        case 2 -> random.nextInt(8) == 0 ? random.nextInt(64) : 0;
                        default -> random.nextInt(256);
                    });
        }
        return bytes;
    }

    private static void fill(MapSpec spec, EbpfMap map, Random random, int round) {
        switch (spec.type()) {
            case ARRAY, HASH, LRU_HASH -> {
                if (spec.frozen() || spec.keyBytes() != Integer.BYTES) {
                    return;
                }
                for (byte key = 0; key < Math.min(spec.maxEntries(), 4); key++) {
                    var _ = map.control()
                            .update(new byte[] {key, 0, 0, 0}, bytes(spec.valueBytes(), random, round), MapFlags.ANY);
                }
            }
            default -> {}
        }
    }
}
