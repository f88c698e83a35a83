// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapControl;
import weir.ebpf.map.MapSpec;

/**
 * A map of the running kernel. One thread, the one that made it.
 *
 * <p>Offsets in {@code union bpf_attr}, {@code uapi/linux/bpf.h}: of BPF_MAP_CREATE map_type 0, key_size 4,
 * value_size 8, max_entries 12, map_flags 16, inner_map_fd 20, map_name 28, map_extra 64; of the element
 * commands map_fd 0, key 8, value or next_key 16, flags 24.
 */
public final class KernelMap implements MapControl, AutoCloseable {
    private static final int CREATE = 0;
    private static final int LOOKUP = 1;
    private static final int UPDATE = 2;
    private static final int DELETE = 3;
    private static final int NEXT_KEY = 4;
    private static final int LOOKUP_AND_DELETE = 21;
    private static final int FREEZE = 22;
    private static final int CREATE_BYTES = 72;
    private static final int ELEMENT_BYTES = 32;
    private static final int POSSIBLE_CPUS = possibleCpus();

    private final MapSpec spec;
    private final int descriptor;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment attributes = arena.allocate(ELEMENT_BYTES, 8);
    private final MemorySegment key;
    private final MemorySegment value;
    private final MemorySegment nextKey;
    private boolean frozen;

    private KernelMap(MapSpec spec, int descriptor) {
        this.spec = spec;
        this.descriptor = descriptor;
        key = arena.allocate(Math.max(spec.keyBytes(), 8), 8);
        nextKey = arena.allocate(Math.max(spec.keyBytes(), 8), 8);
        value = arena.allocate(Math.max(valueBytes(), 8), 8);
    }

    /**
     * A fresh map without the contents of its spec.
     *
     * @param innerDescriptor of a map like the inner ones, or 0
     * @throws IllegalStateException if the kernel refuses
     */
    public static KernelMap create(MapSpec spec, int innerDescriptor) {
        int result = tryCreate(spec, innerDescriptor);
        if (result < 0) {
            throw new IllegalStateException("BPF_MAP_CREATE of " + spec + ": errno " + -result);
        }
        return new KernelMap(spec, result);
    }

    public static KernelMap create(MapSpec spec) {
        return create(spec, 0);
    }

    private static int tryCreate(MapSpec spec, int innerDescriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(CREATE_BYTES, 8);
            attributes.set(JAVA_INT, 0, spec.type().number());
            attributes.set(JAVA_INT, 4, spec.keyBytes());
            attributes.set(JAVA_INT, 8, spec.valueBytes());
            attributes.set(JAVA_INT, 12, spec.maxEntries());
            attributes.set(JAVA_INT, 16, spec.flags());
            attributes.set(JAVA_INT, 20, innerDescriptor);
            byte[] name = spec.name().replaceAll("[^A-Za-z0-9_.]", "_").getBytes(StandardCharsets.US_ASCII);
            MemorySegment.copy(name, 0, attributes, JAVA_BYTE, 28, Math.min(name.length, 15));
            attributes.set(JAVA_LONG, 64, spec.extra());
            return BpfSyscall.call(CREATE, attributes);
        }
    }

    public int fd() {
        return descriptor;
    }

    @Override
    public int valueBytes() {
        return spec.type().isPerCpu() ? (spec.valueBytes() + 7 & ~7) * POSSIBLE_CPUS : spec.valueBytes();
    }

    @Override
    public Result lookup(byte[] wanted, long flags) {
        return read(LOOKUP, wanted, flags);
    }

    @Override
    public Result lookupAndDelete(byte[] wanted, long flags) {
        return read(LOOKUP_AND_DELETE, wanted, flags);
    }

    private Result read(int command, byte[] wanted, long flags) {
        int result = element(command, wanted, value, flags);
        return result < 0
                ? new Result.Failed(result)
                : new Result.Found(Bytes.of(value.asSlice(0, valueBytes()).toArray(JAVA_BYTE)));
    }

    @Override
    public int update(byte[] wanted, byte[] bytes, long flags) {
        MemorySegment.copy(bytes, 0, value, JAVA_BYTE, 0, bytes.length);
        return element(UPDATE, wanted, value, flags);
    }

    @Override
    public int delete(byte[] wanted) {
        return element(DELETE, wanted, MemorySegment.NULL, 0);
    }

    @Override
    public Result nextKey(byte @Nullable [] before) {
        int result = element(NEXT_KEY, before, nextKey, 0);
        return result < 0
                ? new Result.Failed(result)
                : new Result.Found(Bytes.of(nextKey.asSlice(0, spec.keyBytes()).toArray(JAVA_BYTE)));
    }

    private int element(int command, byte @Nullable [] wanted, MemorySegment place, long flags) {
        boolean hasKey = wanted != null && wanted.length > 0;
        if (hasKey) {
            MemorySegment.copy(wanted, 0, key, JAVA_BYTE, 0, wanted.length);
        }
        attributes.set(JAVA_INT, 0, descriptor);
        attributes.set(JAVA_LONG, 8, hasKey ? key.address() : 0);
        attributes.set(JAVA_LONG, 16, place.address());
        attributes.set(JAVA_LONG, 24, flags);
        return BpfSyscall.call(command, attributes);
    }

    @Override
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        byte @Nullable [] at = null;
        while (nextKey(at) instanceof Result.Found(Bytes found)) {
            at = found.toArray();
            if (lookup(at, 0) instanceof Result.Found(Bytes bytes)) {
                entries.add(new Entry(found, bytes));
            }
        }
        return entries;
    }

    @Override
    public int freeze() {
        attributes.fill((byte) 0);
        attributes.set(JAVA_INT, 0, descriptor);
        int result = BpfSyscall.call(FREEZE, attributes.asSlice(0, 4));
        frozen |= result == 0;
        return result;
    }

    @Override
    public boolean isFrozen() {
        return frozen;
    }

    @Override
    public void close() {
        BpfSyscall.close(descriptor);
        arena.close();
    }

    private static int possibleCpus() {
        try {
            String range = Files.readString(Path.of("/sys/devices/system/cpu/possible"))
                    .strip();
            return Integer.parseInt(range.substring(range.lastIndexOf('-') + 1)) + 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
