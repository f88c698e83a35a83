// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import weir.ebpf.testing.ObjectMutator;
import weir.ebpf.testing.TestObjects;
import weir.testing.AllocatedBytes;
import weir.testing.RunSize;

/** Damaged objects: nothing but the named exception, in bounded time and memory. */
class HostileObjectTest {
    /** Bytes that may be allocated for a byte of the file, and whatever its size. */
    private static final long GROWTH = 300;

    private static final long ALLOWANCE_BYTES = 8 << 20;
    private static final long MAX_NANOS = 60_000_000_000L;

    @Test
    void refusesEveryObjectThatIsCut() {
        for (String name : TestObjects.names()) {
            byte[] object = TestObjects.bytes(name);
            int step = RunSize.of(7, 1);
            for (int length = 0; length < object.length; length += step) {
                byte[] cut = Arrays.copyOf(object, length);
                assertThrows(ObjectFileException.class, () -> ObjectFile.parse(cut), name);
            }
        }
    }

    @Test
    void readsOrRefusesDamagedObjects() {
        long seed = Long.getLong("weir.seed", System.nanoTime() & 0xff_ffffL);
        System.out.println("damaged objects: seed " + seed + " (-Dweir.seed=N runs it again)");
        List<String> names = TestObjects.names();
        SplittableRandom seeds = new SplittableRandom(seed);
        int read = 0;
        int refused = 0;
        for (int i = 0; i < RunSize.of(20_000, 1_000_000); i++) {
            String name = names.get(i % names.size());
            byte[] damaged = new ObjectMutator(new SplittableRandom(seeds.nextLong())).mutate(TestObjects.bytes(name));
            if (parsesOrRefuses(damaged, name + ", round " + i + " of seed " + seed)) {
                read++;
            } else {
                refused++;
            }
        }
        assertTrue(read > 0 && refused > 0, read + " read, " + refused + " refused");
    }

    /** True if the object was read. */
    private static boolean parsesOrRefuses(byte[] object, String what) {
        long nanos = System.nanoTime();
        long allocated = AllocatedBytes.now();
        boolean read;
        try {
            ObjectFile.parse(object);
            read = true;
        } catch (ObjectFileException e) {
            assertTrue(e.getMessage().length() > 10 && e.getMessage().length() < 2000, e.getMessage());
            read = false;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(what, e);
        }
        long used = AllocatedBytes.now() - allocated;
        assertTrue(used < ALLOWANCE_BYTES + GROWTH * object.length, what + " allocates " + used + " bytes");
        assertTrue(System.nanoTime() - nanos < MAX_NANOS, what + " takes too long");
        return read;
    }

    @Test
    void givesEqualRecordsForEqualBytes() throws ObjectFileException {
        for (String name : TestObjects.names()) {
            if (!name.endsWith("big_endian")) {
                ObjectFile first = ObjectFile.parse(TestObjects.bytes(name));
                ObjectFile second = ObjectFile.parse(TestObjects.bytes(name).clone());
                assertEquals(first, second, name);
                assertEquals(first.hashCode(), second.hashCode(), name);
            }
        }
    }
}
