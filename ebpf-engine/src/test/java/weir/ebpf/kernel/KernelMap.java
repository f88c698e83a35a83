// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapControl;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;

/** A map of the running kernel, made of the same blueprint, with the same control face. */
public final class KernelMap implements MapControl, AutoCloseable {
    private static final int NO_DESCRIPTOR = 0;

    private final MapSpec spec;
    private final int fd;
    private boolean isFrozen;

    private KernelMap(MapSpec spec, int fd) {
        this.spec = spec;
        this.fd = fd;
    }

    /** Makes the map; it must be one that the kernel takes. Values with a spin lock are {@link SpinLockBtf}'s. */
    public static KernelMap create(MapSpec spec) {
        return spec.spinLockOffset() == MapSpec.NO_SPIN_LOCK ? create(spec, NO_DESCRIPTOR) : createWithSpinLock(spec);
    }

    private static KernelMap createWithSpinLock(MapSpec spec) {
        int btf = SpinLockBtf.load();
        try {
            int fd = open(spec, NO_DESCRIPTOR, btf, SpinLockBtf.TYPES);
            if (fd < 0) {
                throw new AssertionError("the kernel refuses " + spec + " with errno " + -fd);
            }
            return new KernelMap(spec, fd);
        } finally {
            BpfSyscall.close(btf);
        }
    }

    /** A map of maps like the one with that descriptor. */
    public static KernelMap create(MapSpec spec, int innerFd) {
        int fd = open(spec, innerFd, NO_DESCRIPTOR, null);
        if (fd < 0) {
            throw new AssertionError("the kernel refuses " + spec + " with errno " + -fd);
        }
        return new KernelMap(spec, fd);
    }

    /**
     * {@code BPF_MAP_CREATE}, {@code union bpf_attr}: map_type 0, key_size 4, value_size 8, max_entries 12,
     * map_flags 16, inner_map_fd 20, btf_fd 48, btf_key_type_id 52, btf_value_type_id 56, map_extra 64.
     *
     * @param btfFd where the types are, or 0
     * @return a file descriptor to close, or a negative errno
     */
    public static int open(MapSpec spec, int innerFd, int btfFd, MapSpec.@Nullable ValueTypes types) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfSyscall.ATTR_BYTES, Long.BYTES);
            attr.set(JAVA_INT, 0, spec.type().number());
            attr.set(JAVA_INT, 4, spec.keyBytes());
            attr.set(JAVA_INT, 8, spec.valueBytes());
            attr.set(JAVA_INT, 12, spec.maxEntries());
            attr.set(JAVA_INT, 16, spec.flags());
            attr.set(JAVA_INT, 20, innerFd);
            if (types != null) {
                attr.set(JAVA_INT, 48, btfFd);
                attr.set(JAVA_INT, 52, types.keyTypeId());
                attr.set(JAVA_INT, 56, types.valueTypeId());
            }
            attr.set(JAVA_LONG, 64, spec.extra());
            return BpfSyscall.call(BpfSyscall.MAP_CREATE, attr);
        }
    }

    /** Takes over a descriptor that {@link #open} gave. */
    public static KernelMap of(MapSpec spec, int fd) {
        return new KernelMap(spec, fd);
    }

    public int maxEntries() {
        return spec.maxEntries();
    }

    public MapType type() {
        return spec.type();
    }

    /** The map's file descriptor, for programs and maps of maps. */
    public int fd() {
        return fd;
    }

    /** CPUs that per-CPU maps have values for: {@code 0-1} in the file means 2. */
    public static int possibleCpus() {
        try {
            String range = Files.readString(Path.of("/sys/devices/system/cpu/possible"))
                    .strip();
            return 1 + Integer.parseInt(range.substring(range.indexOf('-') + 1));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public int valueBytes() {
        return spec.type().isPerCpu() ? possibleCpus() * ((spec.valueBytes() + 7) & -8) : spec.valueBytes();
    }

    @Override
    public Result lookup(byte[] key, long flags) {
        boolean asksForValue = spec.type() == MapType.BLOOM_FILTER;
        byte[] value = asksForValue ? key.clone() : new byte[valueBytes()];
        int result = element(BpfSyscall.MAP_LOOKUP_ELEM, asksForValue ? new byte[0] : key, value, flags);
        return result(result, value);
    }

    @Override
    public int update(byte[] key, byte[] value, long flags) {
        return element(BpfSyscall.MAP_UPDATE_ELEM, key, value.clone(), flags);
    }

    /**
     * Updates several elements by one call, which waits once for programs that run where single updates of a map of
     * maps wait each time ({@code maybe_wait_bpf_programs}, {@code kernel/bpf/syscall.c}). {@code union bpf_attr}:
     * keys 16, values 24, count 32, map_fd 36.
     *
     * @param keys one behind the other
     * @param values the same
     */
    public int updateAll(byte[] keys, byte[] values) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfSyscall.ATTR_BYTES, Long.BYTES);
            attr.set(JAVA_LONG, 16, copy(arena, keys).address());
            attr.set(JAVA_LONG, 24, copy(arena, values).address());
            attr.set(JAVA_INT, 32, keys.length / spec.keyBytes());
            attr.set(JAVA_INT, 36, fd);
            return BpfSyscall.call(BpfSyscall.MAP_UPDATE_BATCH, attr);
        }
    }

    @Override
    public int delete(byte[] key) {
        return element(BpfSyscall.MAP_DELETE_ELEM, key, null, 0);
    }

    @Override
    public Result lookupAndDelete(byte[] key, long flags) {
        byte[] value = new byte[valueBytes()];
        return result(element(BpfSyscall.MAP_LOOKUP_AND_DELETE_ELEM, key, value, flags), value);
    }

    @Override
    public Result nextKey(byte @Nullable [] key) {
        byte[] next = new byte[spec.keyBytes()];
        return result(element(BpfSyscall.MAP_GET_NEXT_KEY, key, next, 0), next);
    }

    @Override
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        Result next = nextKey(null);
        while (next instanceof Result.Found found) {
            if (lookup(found.bytes().toArray(), 0) instanceof Result.Found value) {
                entries.add(new Entry(found.bytes(), value.bytes()));
            }
            next = nextKey(found.bytes().toArray());
        }
        return entries;
    }

    @Override
    public int freeze() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfSyscall.ATTR_BYTES, Long.BYTES);
            attr.set(JAVA_INT, 0, fd);
            int result = BpfSyscall.call(BpfSyscall.MAP_FREEZE, attr);
            isFrozen |= result == 0;
            return result;
        }
    }

    @Override
    public boolean isFrozen() {
        return isFrozen;
    }

    /** {@code union bpf_attr} of element commands: map_fd 0, key 8, value or next_key 16, flags 24. */
    private int element(int command, byte @Nullable [] key, byte @Nullable [] value, long flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfSyscall.ATTR_BYTES, Long.BYTES);
            MemorySegment keyCopy = copy(arena, key);
            MemorySegment valueCopy = copy(arena, value);
            attr.set(JAVA_INT, 0, fd);
            attr.set(JAVA_LONG, 8, keyCopy.address());
            attr.set(JAVA_LONG, 16, valueCopy.address());
            attr.set(JAVA_LONG, 24, flags);
            int result = BpfSyscall.call(command, attr);
            if (value != null && result == 0) {
                MemorySegment.copy(valueCopy, JAVA_BYTE, 0, value, 0, value.length);
            }
            return result;
        }
    }

    private static MemorySegment copy(Arena arena, byte @Nullable [] bytes) {
        if (bytes == null || bytes.length == 0) {
            return MemorySegment.NULL;
        }
        MemorySegment segment = arena.allocate(bytes.length, Long.BYTES);
        segment.copyFrom(MemorySegment.ofArray(bytes));
        return segment;
    }

    private static Result result(int result, byte[] bytes) {
        return result == 0 ? new Result.Found(Bytes.of(bytes)) : new Result.Failed(result);
    }

    @Override
    public void close() {
        BpfSyscall.close(fd);
    }
}
