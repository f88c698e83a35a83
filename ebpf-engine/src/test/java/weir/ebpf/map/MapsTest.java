// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.ebpf.memory.Mem;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

class MapsTest {
    private static final int CPUS = 2;

    @Test
    void fillsAndFreezesGlobalData() {
        MapSpec spec = MapCases.map(MapType.ARRAY, 4, 8, 1)
                .withFlags(MapFlags.RDONLY_PROG)
                .withContents(List.of(new MapSpec.Entry.Data(Bytes.of(new byte[] {1, 2, 3}))))
                .withFrozen(true);
        try (EbpfMap map = Maps.create(spec, CPUS)) {
            assertEquals(0x030201, Mem.getLong(map.directAddress()));
            assertEquals(-Errno.EPERM, map.control().update(new byte[4], new byte[8], MapFlags.ANY));
            assertTrue(map.control().isFrozen());
        }
    }

    @Test
    void refusesDataLargerThanTheValue() {
        MapSpec spec = MapCases.map(MapType.ARRAY, 4, 2, 1)
                .withContents(List.of(new MapSpec.Entry.Data(Bytes.of(new byte[] {1, 2, 3}))));

        assertEquals(
                "map 'test': 3 bytes of data do not fit into ARRAY with value_size 2",
                assertThrows(MapException.class, () -> Maps.create(spec, CPUS)).getMessage());
    }

    @Test
    void saysRuleAndValuesOfABadDefinition() {
        MapException refusal =
                assertThrows(MapException.class, () -> Maps.create(MapCases.map(MapType.LPM_TRIE, 8, 4, 10), CPUS));

        assertEquals(
                "map 'test': LPM tries need NO_PREALLOC (LPM_TRIE, key_size 8, value_size 4, max_entries 10,"
                        + " map_flags 0x0, map_extra 0)",
                refusal.getMessage());
        assertEquals(Errno.EINVAL, refusal.errno());
    }

    /** Sizes whose products overflow, or are more than the limit: refused before anything is allocated. */
    @Test
    void refusesWhatNeedsTooMuchMemory() {
        List<MapSpec> specs = List.of(
                MapCases.map(MapType.ARRAY, 4, Integer.MAX_VALUE - 8, -1),
                MapCases.map(MapType.ARRAY, 4, 8, -1),
                MapCases.map(MapType.PERCPU_ARRAY, 4, 32768, -1),
                MapCases.map(MapType.HASH, 4 << 10, 1 << 20, 1 << 30),
                MapCases.map(MapType.HASH, 4, 4, Integer.MIN_VALUE),
                MapCases.map(MapType.HASH, 4, 4, Integer.MAX_VALUE).withFlags(MapFlags.NO_PREALLOC),
                MapCases.map(MapType.LRU_PERCPU_HASH, 4, 32768, 1 << 20),
                MapCases.map(MapType.QUEUE, 0, 4 << 20, -1),
                MapCases.map(MapType.PROG_ARRAY, 4, 4, Integer.MAX_VALUE),
                MapCases.map(MapType.DEVMAP, 4, 4, Integer.MAX_VALUE),
                MapCases.map(MapType.BLOOM_FILTER, 0, 4, -1).withExtra(15),
                MapCases.map(MapType.RINGBUF, 0, 0, 1 << 31));
        for (MapSpec spec : specs) {
            MapException refusal = assertThrows(MapException.class, () -> Maps.create(spec, CPUS), spec::toString);
            assertTrue(refusal.errno() == Errno.ENOMEM || refusal.errno() == Errno.E2BIG, refusal::getMessage);
        }
    }

    @Test
    void answersOutOfMemoryWhenAGrowingMapReachesItsLimit() {
        MapSpec spec = MapCases.map(MapType.HASH, 8, 1024, 4096).withFlags(MapFlags.NO_PREALLOC);
        try (EbpfMap map = Maps.create(spec, CPUS, 512 << 10)) {
            ProgramView view = new ProgramView(map, 0);
            int count = 0;
            while (view.update(count, count, MapFlags.ANY) == 0) {
                count++;
            }
            assertTrue(count >= 64 && count < 4096, "entries " + count);
            assertEquals(-Errno.ENOMEM, view.update(count, 1, MapFlags.ANY));
            assertEquals(0, view.delete(0));
            assertEquals(0, view.update(count, 1, MapFlags.ANY));
            assertEquals(count, map.control().entries().size());
        }
    }

    /**
     * What 10,000 maps use, and the large ones among them, is 1 GiB and more. The Java heap and what the JVM compiles may
     * grow, but not each time.
     */
    @Test
    @RequiresFeature(Feature.LINUX)
    void givesAllMemoryBack() throws IOException {
        openAndClose(2_000);
        long grown = Long.MAX_VALUE;
        for (int round = 0; round < 3 && grown >= 256 << 20; round++) {
            long before = residentBytes();
            openAndClose(10_000);
            grown = residentBytes() - before;
        }
        assertTrue(grown < 256 << 20, "grown by " + grown + " bytes");
    }

    private static void openAndClose(int count) {
        List<MapSpec> specs = new ArrayList<>(MapCases.specs());
        specs.add(MapCases.map(MapType.ARRAY, 4, 4 << 20, 1));
        for (int i = 0; i < count; i++) {
            EbpfMap map = Maps.create(specs.get(i % specs.size()), CPUS);
            map.close();
            map.close();
        }
    }

    /** Second number of {@code /proc/self/statm}, in pages of 4 KiB. */
    private static long residentBytes() throws IOException {
        System.gc();
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ", -1)[1]) * 4096;
    }

    /** Half of the keys go, and others come, between two parts: what stays is listed once. */
    @ParameterizedTest
    @EnumSource(
            value = MapType.class,
            names = {"HASH", "LRU_HASH", "PERCPU_HASH"})
    void listsWhatStaysOnceWhileOthersComeAndGo(MapType type) {
        try (EbpfMap map = Maps.create(MapSpec.of("m", type, 4, 8, 4_000), 1)) {
            MapControl control = map.control();
            byte[] value = new byte[control.valueBytes()];
            for (int i = 0; i < 1_000; i++) {
                control.update(ProgramView.keyBytes(map, i), value, MapFlags.ANY);
            }
            List<Bytes> listed = new ArrayList<>();
            Bytes cursor = null;
            int parts = 0;
            do {
                MapControl.Batch.Part part = (MapControl.Batch.Part) control.lookupBatch(cursor, 64);
                part.entries().forEach(entry -> listed.add(entry.key()));
                for (int i = parts * 50 + 1; i < parts * 50 + 50; i += 2) {
                    control.delete(ProgramView.keyBytes(map, i));
                    control.update(ProgramView.keyBytes(map, 10_000 + i), value, MapFlags.ANY);
                }
                parts++;
                cursor = part.next();
            } while (cursor != null);

            assertTrue(parts >= 1_000 / 64, "parts=" + parts);
            for (int i = 0; i < 1_000; i += 2) {
                Bytes key = Bytes.of(ProgramView.keyBytes(map, i));
                assertEquals(1, listed.stream().filter(key::equals).count(), "key " + i);
            }
        }
    }

    @Test
    void refusesCursorsThatItDidNotGive() {
        try (EbpfMap hash = Maps.create(MapSpec.of("m", MapType.HASH, 4, 8, 4), 1);
                EbpfMap array = Maps.create(MapSpec.of("m", MapType.ARRAY, 4, 8, 4), 1)) {
            MapControl.Batch invalid = new MapControl.Batch.Failed(-Errno.EINVAL);
            assertEquals(invalid, hash.control().lookupBatch(Bytes.of(new byte[4]), 1));
            assertEquals(invalid, array.control().lookupBatch(Bytes.of(new byte[8]), 1));
            assertEquals(invalid, hash.control().lookupBatch(null, 0));
            byte[] far = {127, 0, 0, 0, 0, 0, 0, 0};
            assertEquals(
                    new MapControl.Batch.Part(List.of(), null), hash.control().lookupBatch(Bytes.of(far), 1));
        }
    }

    @Test
    void refusesAPartThatIsSmallerThanABucket() {
        try (EbpfMap map = Maps.create(MapSpec.of("m", MapType.HASH, 4, 8, 2).withFlags(MapFlags.ZERO_SEED), 1)) {
            MapControl control = map.control();
            int key = 0;
            // Two buckets: sooner or later two keys are in one of them.
            while (control.lookupBatch(null, 1) instanceof MapControl.Batch.Part) {
                control.update(ProgramView.keyBytes(map, key), new byte[8], MapFlags.ANY);
                control.update(ProgramView.keyBytes(map, key + 1), new byte[8], MapFlags.ANY);
                if (control.lookupBatch(null, 1) instanceof MapControl.Batch.Part) {
                    control.delete(ProgramView.keyBytes(map, key));
                    control.delete(ProgramView.keyBytes(map, key + 1));
                }
                key++;
                assertTrue(key < 1_000);
            }
            assertEquals(new MapControl.Batch.Failed(-Errno.ENOSPC), control.lookupBatch(null, 1));
            assertEquals(
                    2,
                    ((MapControl.Batch.Part) control.lookupBatch(null, 2))
                            .entries()
                            .size());
        }
    }

    /** Maps that come and go take no more places than those that are there, and those that rest. */
    @Test
    void usesIdsAgainAndKnowsOldHandlesApart() {
        MapSpec spec = MapSpec.of("m", MapType.ARRAY, 4, 8, 1);
        Set<Long> handles = new HashSet<>();
        Set<Integer> ids = new HashSet<>();
        int count = 3 * MapHandles.RESTING_IDS;
        for (int i = 0; i < count; i++) {
            try (EbpfMap map = Maps.create(spec, 1)) {
                handles.add(map.handle());
                ids.add((int) map.handle());
                assertSame(map, MapHandles.find(map.handle()));
            }
        }
        assertEquals(count, handles.size(), "no handle twice");
        assertTrue(ids.size() <= 2 * MapHandles.RESTING_IDS, "ids=" + ids.size());
        handles.forEach(each -> assertNull(MapHandles.find(each)));
    }
}
