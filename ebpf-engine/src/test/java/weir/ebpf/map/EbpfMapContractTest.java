// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import weir.ebpf.kernel.BpfSyscall;
import weir.ebpf.kernel.KernelMap;
import weir.ebpf.map.MapCases.Kind;
import weir.ebpf.map.MapCases.Operation;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/** The same operations on our map and on the kernel's own of that type: same results, errnos, contents. */
@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.BPF_MAPS})
class EbpfMapContractTest {
    private static final int CPUS = KernelMap.possibleCpus();
    private static final long SEED = Long.getLong("weir.seed", System.nanoTime() & 0xff_ffffL);

    @TestFactory
    Stream<DynamicTest> givesTheKernelsResults() {
        System.out.println("seed " + SEED + " (-Dweir.seed=N runs that one)");
        return MapCases.specs().stream().map(spec -> DynamicTest.dynamicTest(name(spec), () -> runSequences(spec)));
    }

    @Test
    void hasACaseForEveryType() {
        Set<MapType> types = new HashSet<>();
        MapCases.specs().forEach(spec -> types.add(spec.type()));

        assertEquals(Set.of(MapType.values()), types);
    }

    static String name(MapSpec spec) {
        return spec.type() + " key " + spec.keyBytes() + " value " + spec.valueBytes() + " entries " + spec.maxEntries()
                + " flags " + spec.flags();
    }

    private static void runSequences(MapSpec spec) {
        for (int i = 0; i < RunSize.of(4, 40); i++) {
            RandomGenerator random = new SplittableRandom(SEED + i);
            try (EbpfMap ours = Maps.create(spec, CPUS);
                    KernelMap kernels = kernelMap(spec)) {
                assertEquals(kernels.valueBytes(), ours.control().valueBytes());
                int count = spec.type() == MapType.CPUMAP ? 60 : 500;
                compare(spec, MapCases.operations(spec, kernels.valueBytes(), count, random), ours.control(), kernels);
            }
        }
    }

    private static KernelMap kernelMap(MapSpec spec) {
        MapSpec inner = spec.inner();
        if (inner == null) {
            return KernelMap.create(spec);
        }
        try (KernelMap template = KernelMap.create(inner)) {
            return KernelMap.create(spec, template.fd());
        }
    }

    private static void compare(MapSpec spec, List<Operation> operations, MapControl ours, MapControl kernels) {
        List<Operation> done = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
            if (i == operations.size() - 20) {
                assertEquals(kernels.freeze(), ours.freeze(), "freeze");
                assertEquals(kernels.freeze(), ours.freeze(), "second freeze");
            }
            Operation operation = operations.get(i);
            done.add(operation);
            Object expected = operation.runOn(kernels);
            Object found = operation.runOn(ours);
            if (!hasKernelsOrder(spec) && isWalk(operation)) {
                expected = expected instanceof MapControl.Result.Found ? "some key" : expected;
                found = found instanceof MapControl.Result.Found ? "some key" : found;
            }
            if (isWalk(operation) && operation.kind() == Kind.NEXT_KEY && !hasKernelsOrder(spec)) {
                continue;
            }
            int number = i;
            assertEquals(
                    expected,
                    found,
                    () -> "operation " + number + " with seed " + SEED + ": " + operation + " after "
                            + done.subList(Math.max(0, done.size() - 10), done.size()));
        }
        compareContents(spec, ours, kernels);
    }

    static void compareContents(MapSpec spec, MapControl ours, MapControl kernels) {
        if (hasKernelsOrder(spec)) {
            assertEquals(kernels.entries(), ours.entries());
            assertEquals(walk(kernels), walk(ours));
        } else {
            List<Bytes> keys = walk(ours);
            assertEquals(new HashSet<>(walk(kernels)), new HashSet<>(keys));
            assertEquals(new HashSet<>(keys).size(), keys.size(), "each key once");
            assertEquals(new HashSet<>(kernels.entries()), new HashSet<>(ours.entries()));
            assertEquals(keys.size(), ours.entries().size());
        }
        compareBatches(spec, ours, kernels);
    }

    /** Parts of some size, taken together, are all entries. */
    private static void compareBatches(MapSpec spec, MapControl ours, MapControl kernels) {
        if (spec.keyBytes() == 0) {
            assertEquals(new MapControl.Batch.Failed(-Errno.ENOTSUPP), ours.lookupBatch(null, 1));
            return;
        }
        for (int size : new int[] {5, 64, 1_000_000}) {
            List<MapControl.Entry> parts = batches(ours, size);
            if (hasKernelsOrder(spec)) {
                assertEquals(batches(kernels, size), parts);
            } else {
                assertEquals(new HashSet<>(batches(kernels, size)), new HashSet<>(parts));
                assertEquals(new HashSet<>(parts).size(), parts.size(), "each entry once");
            }
        }
    }

    /** A bucket may hold more than a part: then the part grows. */
    private static List<MapControl.Entry> batches(MapControl map, int size) {
        List<MapControl.Entry> all = new ArrayList<>();
        Bytes cursor = null;
        int room = size;
        boolean isMore = true;
        while (isMore) {
            switch (map.lookupBatch(cursor, room)) {
                case MapControl.Batch.Part(List<MapControl.Entry> entries, Bytes next) -> {
                    assertTrue(entries.size() <= room);
                    all.addAll(entries);
                    cursor = next;
                    isMore = next != null;
                }
                case MapControl.Batch.Failed(int errno) -> {
                    if (errno != -Errno.ENOSPC) {
                        return all;
                    }
                    room *= 2; // with the first bucket, too, which has no cursor
                }
            }
        }
        return all;
    }

    /** Whether the results of an operation by control code do not depend on the order of keys. */
    static boolean isSameInAnyOrder(MapSpec spec, Operation operation) {
        return hasKernelsOrder(spec) || !isWalk(operation);
    }

    private static boolean isWalk(Operation operation) {
        return operation.kind() == Kind.NEXT_KEY || operation.kind() == Kind.FIRST_KEY;
    }

    private static boolean hasKernelsOrder(MapSpec spec) {
        return switch (spec.type()) {
            case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH, HASH_OF_MAPS, DEVMAP_HASH -> false;
            default -> true;
        };
    }

    private static List<Bytes> walk(MapControl map) {
        List<Bytes> keys = new ArrayList<>();
        MapControl.Result next = map.nextKey(null);
        while (next instanceof MapControl.Result.Found found) {
            keys.add(found.bytes());
            next = map.nextKey(found.bytes().toArray());
        }
        return keys;
    }

    // ---- definitions --------------------------------------------------------------------------------------

    /**
     * Small maps only: what is too much memory for a map of ours, the kernel may take. How large a cpumap may be
     * is a matter of the kernel's configuration.
     */
    @Test
    void refusesTheDefinitionsThatTheKernelRefuses() {
        System.out.println("seed " + SEED);
        RandomGenerator random = new SplittableRandom(SEED);
        int[] sizes = {0, 1, 3, 4, 4, 4, 4, 5, 7, 8, 8, 8, 12, 260, 261, 512, 32768, 32769, 4 << 20, -1};
        int[] entries = {0, 1, 1, 1, 2, 2, 4096, 8192, 5000};
        for (int i = 0; i < RunSize.of(3_000, 30_000); i++) {
            MapType type = List.of(MapType.values()).get(random.nextInt(MapType.values().length));
            int flags = random.nextInt(3) == 0 ? 0 : MapFlags.NO_PREALLOC * random.nextInt(2);
            if (random.nextInt(3) == 0) {
                flags |= 1 << random.nextInt(13);
                flags |= random.nextInt(3) == 0 ? 1 << random.nextInt(13) : 0;
            }
            boolean isRing = type == MapType.RINGBUF && random.nextInt(4) != 0;
            int keyBytes = isRing || (isKeyless(type) && random.nextInt(4) != 0) ? 0 : pick(sizes, random);
            int valueBytes = isRing ? 0 : pick(sizes, random);
            boolean isLarge = Integer.compareUnsigned(valueBytes, 512) > 0
                    || Integer.compareUnsigned(keyBytes, 512) > 0
                    || type == MapType.CPUMAP;
            int maxEntries = isLarge ? random.nextInt(3) : pick(entries, random);
            MapSpec spec = MapCases.map(type, keyBytes, valueBytes, maxEntries)
                    .withFlags(flags)
                    .withExtra(random.nextInt(6) == 0 ? random.nextInt(20) : 0);
            assertEquals(kernelErrno(spec), ourErrno(spec), () -> spec + " with seed " + SEED);
        }
    }

    private static int pick(int[] choices, RandomGenerator random) {
        return choices[random.nextInt(choices.length)];
    }

    private static boolean isKeyless(MapType type) {
        return type == MapType.QUEUE
                || type == MapType.STACK
                || type == MapType.BLOOM_FILTER
                || type == MapType.RINGBUF;
    }

    /** Of maps of maps: with an array inside. */
    private static int kernelErrno(MapSpec spec) {
        try (KernelMap inner = KernelMap.create(MapCases.map(MapType.ARRAY, 4, 8, 1))) {
            int fd = KernelMap.open(spec, spec.type().isMapInMap() ? inner.fd() : 0, 0, null);
            if (fd >= 0) {
                BpfSyscall.close(fd);
            }
            return Math.min(fd, 0);
        }
    }

    private static int ourErrno(MapSpec spec) {
        MapSpec whole = spec.type().isMapInMap() ? spec.withInner(MapCases.map(MapType.ARRAY, 4, 8, 1)) : spec;
        try (EbpfMap map = Maps.create(whole, CPUS)) {
            return map.handle() == 0 ? 1 : 0;
        } catch (MapException e) {
            return -e.errno();
        }
    }
}
