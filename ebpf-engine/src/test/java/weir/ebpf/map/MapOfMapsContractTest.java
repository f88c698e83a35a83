// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.kernel.KernelMap;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Inner maps that the kernel takes and refuses, ours through the typed face and the kernel's by descriptor. */
@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.BPF_MAPS})
class MapOfMapsContractTest {
    private static final int CPUS = KernelMap.possibleCpus();
    private static final List<MapSpec> INNER = List.of(
            MapCases.map(MapType.ARRAY, 4, 8, 4),
            MapCases.map(MapType.ARRAY, 4, 8, 5),
            MapCases.map(MapType.ARRAY, 4, 8, 4).withFlags(MapFlags.INNER_MAP),
            MapCases.map(MapType.ARRAY, 4, 8, 5).withFlags(MapFlags.INNER_MAP),
            MapCases.map(MapType.ARRAY, 4, 12, 4),
            MapCases.map(MapType.PERCPU_ARRAY, 4, 8, 4),
            MapCases.map(MapType.PERCPU_ARRAY, 4, 8, 5),
            MapCases.map(MapType.HASH, 4, 8, 4),
            MapCases.map(MapType.HASH, 4, 8, 5),
            MapCases.map(MapType.HASH, 8, 8, 5),
            MapCases.map(MapType.HASH, 4, 8, 4).withFlags(MapFlags.NO_PREALLOC),
            MapCases.map(MapType.LRU_HASH, 4, 8, 4),
            MapCases.map(MapType.LPM_TRIE, 8, 8, 4).withFlags(MapFlags.NO_PREALLOC),
            MapCases.map(MapType.DEVMAP, 4, 4, 4),
            MapCases.map(MapType.DEVMAP, 4, 4, 5),
            MapCases.map(MapType.DEVMAP_HASH, 4, 8, 4),
            MapCases.map(MapType.CPUMAP, 4, 4, 4),
            MapCases.map(MapType.XSKMAP, 4, 4, 4),
            MapCases.map(MapType.XSKMAP, 4, 4, 5),
            MapCases.map(MapType.QUEUE, 0, 8, 4),
            MapCases.map(MapType.BLOOM_FILTER, 0, 8, 4),
            MapCases.map(MapType.RINGBUF, 0, 0, 4096),
            MapCases.map(MapType.RINGBUF, 0, 0, 8192),
            MapCases.map(MapType.PERF_EVENT_ARRAY, 4, 4, 4),
            MapCases.map(MapType.PERF_EVENT_ARRAY, 4, 4, 5));

    static Stream<Arguments> templates() {
        return Stream.of(MapType.ARRAY_OF_MAPS, MapType.HASH_OF_MAPS)
                .flatMap(type -> INNER.stream().map(template -> Arguments.of(type, template)));
    }

    @ParameterizedTest
    @MethodSource("templates")
    void takesTheInnerMapsThatTheKernelTakes(MapType type, MapSpec template) {
        MapSpec spec = MapCases.map(type, 4, 4, 2).withInner(template);
        try (KernelMap kernelTemplate = KernelMap.create(template);
                KernelMap kernels = KernelMap.create(spec, kernelTemplate.fd());
                MapOfMaps ours = (MapOfMaps) Maps.create(spec, CPUS)) {
            for (MapSpec candidate : INNER) {
                for (long flags : new long[] {MapFlags.ANY, MapFlags.NOEXIST, MapFlags.EXIST, 3}) {
                    for (int key = 0; key < 4; key++) {
                        compare(ours, kernels, candidate, key, flags);
                    }
                }
            }
            assertEquals(kernels.entries().size(), ours.control().entries().size(), "entries");
        }
    }

    private static void compare(MapOfMaps ours, KernelMap kernels, MapSpec candidate, int number, long flags) {
        byte[] key = little(number);
        try (KernelMap kernelInner = KernelMap.create(candidate);
                EbpfMap inner = Maps.create(candidate, CPUS)) {
            assertEquals(
                    kernels.update(key, little(kernelInner.fd()), flags),
                    ours.put(key, inner, flags),
                    () -> candidate + " under " + number + " with flags " + flags);
            assertEquals(isFound(kernels, key), isFound(ours.control(), key));
            if (number == 3) {
                assertEquals(kernels.delete(little(0)), ours.control().delete(little(0)));
            }
        }
    }

    private static boolean isFound(MapControl map, byte[] key) {
        return map.lookup(key, 0) instanceof MapControl.Result.Found;
    }

    private static byte[] little(int word) {
        return ByteBuffer.allocate((int) ValueLayout.JAVA_INT.byteSize())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(word)
                .array();
    }
}
