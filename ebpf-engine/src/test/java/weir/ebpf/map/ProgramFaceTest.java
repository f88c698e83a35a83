// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.ebpf.memory.Mem;

class ProgramFaceTest {
    private static final int CPUS = 3;

    @ParameterizedTest
    @EnumSource(
            value = MapType.class,
            names = {"HASH", "PERCPU_HASH", "LRU_HASH", "LRU_PERCPU_HASH", "ARRAY", "PERCPU_ARRAY"})
    void containsExactlyTheValues(MapType type) {
        try (EbpfMap map = Maps.create(MapCases.map(type, 4, 12, 50), CPUS)) {
            for (int cpu = 0; cpu < CPUS; cpu++) {
                ProgramView view = new ProgramView(map, cpu);
                for (int i = 0; i < 50; i++) {
                    view.update(i, i, MapFlags.ANY);
                    long value = view.lookup(i);

                    assertEquals(0, value % 8);
                    assertTrue(map.contains(value, 12) && map.contains(value + 11, 1) && map.contains(value + 12, 0));
                    assertFalse(map.contains(value, 13) || map.contains(value + 11, 2) || map.contains(value - 1, 1));
                    assertFalse(map.contains(value, -1) || map.contains(value + 12, 1));
                }
            }
            assertFalse(map.contains(0, 1) || map.contains(Long.MAX_VALUE, 8) || map.contains(-8, 8));
        }
    }

    @Test
    void givesEachCpuAValueOfItsOwn() {
        try (EbpfMap map = Maps.create(MapCases.map(MapType.PERCPU_HASH, 4, 8, 4), CPUS)) {
            for (int cpu = 0; cpu < CPUS; cpu++) {
                assertEquals(0, new ProgramView(map, cpu).update(7, 100 + cpu, MapFlags.ANY));
            }
            for (int cpu = 0; cpu < CPUS; cpu++) {
                assertEquals(100 + cpu, Mem.getLong(new ProgramView(map, cpu).lookup(7)));
            }
        }
    }

    @Test
    void zeroesTheOtherCpusOfANewEntry() {
        try (EbpfMap map = Maps.create(MapCases.map(MapType.PERCPU_HASH, 4, 8, 1), CPUS)) {
            ProgramView view = new ProgramView(map, 1);
            view.update(1, -1, MapFlags.ANY);
            new ProgramView(map, 2).update(1, -1, MapFlags.ANY);
            view.delete(1);
            view.update(2, 5, MapFlags.ANY);

            assertEquals(0, Mem.getLong(new ProgramView(map, 2).lookup(2)));
            assertEquals(5, Mem.getLong(view.lookup(2)));
        }
    }

    @Test
    void replacesAHashValueInAnotherPlaceAndAnArrayValueInTheSame() {
        try (EbpfMap hash = Maps.create(MapCases.map(MapType.HASH, 4, 8, 4), CPUS);
                EbpfMap array = Maps.create(MapCases.map(MapType.ARRAY, 4, 8, 4), CPUS)) {
            ProgramView inHash = new ProgramView(hash, 0);
            inHash.update(1, 11, MapFlags.ANY);
            long old = inHash.lookup(1);
            inHash.update(1, 12, MapFlags.ANY);
            ProgramView inArray = new ProgramView(array, 0);
            long place = inArray.lookup(1);
            inArray.update(1, 13, MapFlags.ANY);

            assertNotEquals(old, inHash.lookup(1));
            assertEquals(11, Mem.getLong(old));
            assertEquals(place, inArray.lookup(1));
            assertEquals(array.directAddress() + 8, place);
        }
    }

    @Test
    void keepsWhatIsInUseWhenAnLruMapIsFull() {
        try (EbpfMap map = Maps.create(MapCases.map(MapType.LRU_HASH, 8, 8, 1024), CPUS)) {
            ProgramView view = new ProgramView(map, 0);
            for (int hot = 0; hot < 100; hot++) {
                view.update(hot, hot, MapFlags.ANY);
            }
            for (int cold = 1_000; cold < 101_000; cold++) {
                assertEquals(0, view.update(cold, cold, MapFlags.ANY));
                if (cold % 100 == 0) {
                    for (int hot = 0; hot < 50; hot++) {
                        assertNotEquals(0, view.lookup(hot), "looked up all the time");
                    }
                    for (int hot = 50; hot < 100; hot++) {
                        assertEquals(0, view.update(hot, hot, MapFlags.EXIST), "updated all the time");
                    }
                }
            }
            assertEquals(1024, map.control().entries().size());
        }
    }

    @Test
    void evictsWhatOnlyControlCodeLooksAt() {
        try (EbpfMap map = Maps.create(MapCases.map(MapType.LRU_HASH, 8, 8, 64), CPUS)) {
            ProgramView view = new ProgramView(map, 0);
            view.update(1, 1, MapFlags.ANY);
            for (int cold = 1_000; cold < 1_200; cold++) {
                map.control().lookup(ProgramView.keyBytes(map, 1), 0);
                view.update(cold, cold, MapFlags.ANY);
            }
            assertEquals(0, view.lookup(1));
        }
    }

    @Test
    void walksOverEveryEntryOnceAndSurvivesDeletionOfWhatItShows() {
        try (EbpfMap map = Maps.create(MapCases.map(MapType.HASH, 8, 8, 200), CPUS);
                Arena arena = Arena.ofConfined()) {
            ProgramView view = new ProgramView(map, 0);
            for (int i = 0; i < 200; i++) {
                view.update(i, i, MapFlags.ANY);
            }
            ForEachMap each = (ForEachMap) map;
            long key = arena.allocate(8, 8).address();
            Set<Long> seen = new HashSet<>();
            long position = each.firstPosition();
            while (position != ForEachMap.END) {
                long behind = each.nextPosition(position);
                each.keyTo(position, key);
                assertEquals(Mem.getLong(key), Mem.getLong(each.valueAt(position, 0)));
                assertTrue(seen.add(Mem.getLong(key)));
                assertEquals(0, map.delete(key));
                position = behind;
            }
            assertEquals(200, seen.size());
            assertEquals(List.of(), map.control().entries());
        }
    }

    @Test
    void keepsThePlaceOfASpinLockOutOfCopies() {
        MapSpec spec = MapCases.map(MapType.ARRAY, 4, 16, 1).withSpinLockOffset(4);
        try (EbpfMap map = Maps.create(spec, CPUS)) {
            long value = map.directAddress();
            ValueLock.lock(value + 4);
            new ProgramView(map, 0).update(0, -1, MapFlags.ANY);
            assertEquals(1, Mem.getInt(value + 4), "still taken");
            ValueLock.unlock(value + 4);

            assertEquals(0, map.control().update(new byte[4], new byte[16], MapFlags.LOCK));
            assertEquals(0, Mem.getLong(value + 8));
        }
    }

    // ---- maps of objects ----------------------------------------------------------------------------------

    @Test
    void keepsProgramsByIndex() {
        try (ProgramArray map = (ProgramArray) Maps.create(MapCases.map(MapType.PROG_ARRAY, 4, 4, 2), CPUS)) {
            Object program = new Object();

            assertEquals(0, map.set(1, program));
            assertEquals(-Errno.E2BIG, map.set(2, program));
            assertSame(program, map.get(1));
            assertNull(map.get(0));
            assertNull(map.get(-1));
            assertEquals(0, new ProgramView(map, 0).lookup(1));
            assertEquals(0, map.control().delete(ProgramView.keyBytes(map, 1)));
            assertNull(map.get(1));
            assertEquals(-Errno.ENOENT, map.control().delete(ProgramView.keyBytes(map, 1)));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = MapType.class,
            names = {"ARRAY_OF_MAPS", "HASH_OF_MAPS"})
    void keepsInnerMapsAliveUntilAQuiescentPoint(MapType type) {
        MapSpec innerSpec = MapCases.map(MapType.HASH, 4, 8, 4);
        EbpfMap inner = Maps.create(innerSpec, CPUS);
        try (MapOfMaps outer =
                (MapOfMaps) Maps.create(MapCases.map(type, 4, 4, 3).withInner(innerSpec), CPUS)) {
            byte[] key = ProgramView.keyBytes(outer, 1);
            assertEquals(0, outer.put(key, inner, MapFlags.ANY));
            inner.close();
            ProgramView view = new ProgramView(outer, 0);

            assertEquals(inner.handle(), view.lookup(1));
            assertSame(inner, MapHandles.find(view.lookup(1)));
            assertSame(inner, outer.inner(key));
            assertEquals(0, outer.control().delete(key));
            assertEquals(0, view.lookup(1));
            assertSame(inner, MapHandles.find(inner.handle()), "programs may still hold it");
            assertEquals(0, new ProgramView(inner, 0).update(1, 1, MapFlags.ANY));
            assertEquals(1, outer.retirement().size());
            outer.retirement().reclaim();
            assertNull(MapHandles.find(inner.handle()));
            assertEquals(-Errno.EBADF, outer.put(key, inner, MapFlags.ANY));
        }
    }

    @Test
    void freesInnerMapsWithTheOuterOne() {
        MapSpec innerSpec = MapCases.map(MapType.ARRAY, 4, 8, 4);
        EbpfMap inner = Maps.create(innerSpec, CPUS);
        MapOfMaps outer = (MapOfMaps)
                Maps.create(MapCases.map(MapType.HASH_OF_MAPS, 4, 4, 3).withInner(innerSpec), CPUS);
        outer.put(new byte[4], inner, MapFlags.ANY);
        inner.close();
        outer.close();

        assertNull(MapHandles.find(inner.handle()));
        assertEquals(new MapControl.Result.Failed(-Errno.EBADF), inner.control().lookup(new byte[4], 0));
    }

    @Test
    void refusesInnerMapsUnlikeTheTemplate() {
        MapSpec template = MapCases.map(MapType.ARRAY, 4, 8, 4);
        MapSpec loose = template.withFlags(MapFlags.INNER_MAP);
        assertTrue(InnerMaps.fits(template, template));
        assertFalse(InnerMaps.fits(template, MapCases.map(MapType.ARRAY, 4, 8, 5)));
        assertFalse(InnerMaps.fits(template, loose));
        assertFalse(InnerMaps.fits(template, MapCases.map(MapType.ARRAY, 4, 9, 4)));
        assertFalse(InnerMaps.fits(template, MapCases.map(MapType.HASH, 4, 8, 4)));
        assertTrue(InnerMaps.fits(loose, MapCases.map(MapType.ARRAY, 4, 8, 5).withFlags(MapFlags.INNER_MAP)));
        assertTrue(InnerMaps.fits(MapCases.map(MapType.HASH, 4, 8, 4), MapCases.map(MapType.HASH, 4, 8, 9)));
    }

    @ParameterizedTest
    @EnumSource(
            value = MapType.class,
            names = {"DEVMAP", "DEVMAP_HASH"})
    void listsTargetsInOrderOfKeys(MapType type) {
        try (RedirectMap map = (RedirectMap) Maps.create(MapCases.map(type, 4, 8, 20), CPUS)) {
            Object program = new Object();
            for (int key : new int[] {9, 3, 17, 4}) {
                assertEquals(0, map.set(key, 100 + key, key == 4 ? program : null));
            }
            map.set(3, 200, null);
            map.control().delete(ProgramView.keyBytes(map, 17));
            int[] targets = new int[10];

            assertEquals(3, map.targets(targets, new Object[targets.length]));
            assertEquals(List.of(200, 104, 109), List.of(targets[0], targets[1], targets[2]));
            assertEquals(1, map.targets(new int[1], new Object[1]));
            assertEquals(109, map.target(9));
            assertEquals(RedirectMap.NONE, map.target(17));
            assertEquals(RedirectMap.NONE, map.target(-1));
            assertTrue(map.hasPrograms());
            assertSame(program, map.program(4));
            assertNull(map.program(3));
            long value = new ProgramView(map, 0).lookup(9);
            assertEquals(109, Mem.getInt(value));
            assertTrue(map.contains(value, 8));
            assertFalse(map.contains(value, 9));
        }
    }
}
