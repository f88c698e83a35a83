// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A map of the kernel's BPF, as a file descriptor. Keys and values are off-heap segments; the kernel
 * reads or writes as many bytes as the map was made with. Needs CAP_BPF. Any thread; the owner closes.
 */
public final class BpfMap implements AutoCloseable {
    /** {@code BPF_MAP_TYPE_XSKMAP}: AF_XDP sockets by queue. */
    public static final int XSKMAP = 17;

    /** {@code BPF_ANY}: insert or replace. */
    public static final long ANY = 0;

    // union bpf_attr, BPF_MAP_CREATE
    private static final long TYPE = 0;
    private static final long KEY_BYTES = 4;
    private static final long VALUE_BYTES = 8;
    private static final long MAX_ENTRIES = 12;
    private static final long MAP_FLAGS = 16;
    private static final long MAP_NAME = 28;
    // BPF_MAP_*_ELEM
    private static final long MAP_FD = 0;
    private static final long KEY = 8;
    private static final long VALUE = 16;
    private static final long ELEMENT_FLAGS = 24;

    private final Spec spec;
    private final Fd fd;

    private BpfMap(Spec spec, Fd fd) {
        this.spec = spec;
        this.fd = fd;
    }

    /**
     * What to make.
     *
     * @param type {@code enum bpf_map_type}
     * @param keyBytes 0 where the type has no key
     * @param valueBytes 0 where the type has no value
     * @param maxEntries capacity
     * @param flags {@code BPF_F_*} of map creation
     * @param name shown by tools; the kernel keeps 15 characters
     */
    public record Spec(int type, int keyBytes, int valueBytes, int maxEntries, int flags, String name) {}

    /** Creates a map. */
    public static BpfMap create(Spec spec) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            int fd = new BpfAttributes(arena)
                    .integer(TYPE, spec.type())
                    .integer(KEY_BYTES, spec.keyBytes())
                    .integer(VALUE_BYTES, spec.valueBytes())
                    .integer(MAX_ENTRIES, spec.maxEntries())
                    .integer(MAP_FLAGS, spec.flags())
                    .name(MAP_NAME, spec.name())
                    .call("BPF_MAP_CREATE " + spec.name(), BpfAttributes.MAP_CREATE);
            return new BpfMap(spec, new Fd(fd));
        }
    }

    /**
     * Reads the value of a key into {@code value}, for per-CPU maps those of all possible CPUs.
     *
     * @return false when the key is not there
     */
    public boolean lookup(MemorySegment key, MemorySegment value) throws LinuxException {
        return element("BPF_MAP_LOOKUP_ELEM ", BpfAttributes.MAP_LOOKUP_ELEM, key, value, ANY);
    }

    /**
     * Writes the value of a key.
     *
     * @param flags {@link #ANY}, or 1 for a new key only, 2 for an existing one only
     */
    public void update(MemorySegment key, MemorySegment value, long flags) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            request(arena, key, value, flags).call("BPF_MAP_UPDATE_ELEM " + spec.name(), BpfAttributes.MAP_UPDATE_ELEM);
        }
    }

    /** Removes a key; false when it is not there. */
    public boolean delete(MemorySegment key) throws LinuxException {
        return element("BPF_MAP_DELETE_ELEM ", BpfAttributes.MAP_DELETE_ELEM, key, MemorySegment.NULL, ANY);
    }

    private boolean element(String what, int command, MemorySegment key, MemorySegment value, long flags)
            throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            request(arena, key, value, flags).call(what + spec.name(), command);
            return true;
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    private BpfAttributes request(Arena arena, MemorySegment key, MemorySegment value, long flags) {
        return new BpfAttributes(arena)
                .integer(MAP_FD, fd.number())
                .address(KEY, key)
                .address(VALUE, value)
                .number(ELEMENT_FLAGS, flags);
    }

    public Spec spec() {
        return spec;
    }

    /** Number that programs and other maps refer to; valid until {@link #close}. */
    public int fd() {
        return fd.number();
    }

    @Override
    public void close() {
        fd.close();
    }
}
