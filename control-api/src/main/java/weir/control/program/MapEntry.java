// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import weir.core.program.AttachedProgram;
import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadedObject;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.Errno;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapOfMaps;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.ProgramArray;

/** What a {@link MapSetting} means in an object; everything it names is there. */
sealed interface MapEntry {
    /** {@code bpf_long_memcpy} copies values of per-CPU maps in units of 8 bytes. */
    int PER_CPU_ALIGNMENT = 8;

    MapSetting setting();

    MapSpec map();

    Bytes key();

    /** A plain value. */
    record OfBytes(MapSetting setting, MapSpec map, Bytes key, Bytes value) implements MapEntry {}

    /** A slot of a program array. */
    record OfProgram(MapSetting setting, MapSpec map, Bytes key, String program) implements MapEntry {}

    /** A place in a map of maps. */
    record OfMap(MapSetting setting, MapSpec map, Bytes key, String inner) implements MapEntry {}

    /**
     * Puts the entry in.
     *
     * @throws ReplayException when the live map does not take it: it is full, or an inner map does not fit
     */
    default void put(LoadedObject into) throws ReplayException {
        EbpfMap target = into.map(map().name()).orElseThrow();
        int result = switch (this) {
            case OfBytes entry -> update(target, entry);
            case OfProgram entry ->
                target instanceof ProgramArray array ? array.set(index(key()), program(into, entry)) : -Errno.EINVAL;
            case OfMap entry ->
                target instanceof MapOfMaps outer
                        ? outer.put(key().toArray(), into.map(entry.inner()).orElseThrow(), MapFlags.ANY)
                        : -Errno.EINVAL;
        };
        if (result != 0) {
            throw setting().refused(map(), refusal(-result), "write " + MapSetting.SYNTAX);
        }
    }

    /**
     * Puts the entry into a map of a program that runs on a switch.
     *
     * @throws ReplayException when the live map does not take it
     */
    default void put(AttachedProgram into) throws ReplayException {
        int result = this instanceof OfProgram slot
                ? into.setProgram(map().name(), index(key()), slot.program())
                : into.withMap(map().name(), target -> put(target, into)).orElse(-Errno.ENOENT);
        if (result != 0) {
            throw setting().refused(map(), refusal(-result), "write " + MapSetting.SYNTAX);
        }
    }

    private int put(EbpfMap target, AttachedProgram owner) {
        return switch (this) {
            case OfBytes entry -> update(target, entry);
            case OfMap entry
            when target instanceof MapOfMaps outer ->
                owner.withMap(entry.inner(), inner -> outer.put(key().toArray(), inner, MapFlags.ANY))
                        .orElse(-Errno.ENOENT);
            case OfMap _, OfProgram _ -> -Errno.EINVAL;
        };
    }

    /** Every CPU gets the value in maps that have one for each. */
    private static int update(EbpfMap target, OfBytes entry) {
        byte[] one = entry.value().toArray();
        byte[] all = new byte[target.control().valueBytes()];
        int stride = Math.max(1, (one.length + PER_CPU_ALIGNMENT - 1) & -PER_CPU_ALIGNMENT);
        for (int at = 0; at + one.length <= all.length; at += stride) {
            System.arraycopy(one, 0, all, at, one.length);
        }
        return target.control().update(entry.key().toArray(), all, MapFlags.ANY);
    }

    private static EbpfProgram program(LoadedObject loaded, OfProgram entry) {
        return loaded.program(entry.program()).orElseThrow();
    }

    private static int index(Bytes key) {
        return ByteBuffer.wrap(key.toArray()).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    /** What an errno of a map's update or delete means. */
    static String refusal(int errno) {
        return switch (errno) {
            case Errno.EPERM -> "it is read-only (EPERM)";
            case Errno.E2BIG -> "it is full (E2BIG)";
            case Errno.EINVAL -> "key or value is not valid (EINVAL)";
            case Errno.EOPNOTSUPP -> "it takes no entries (EOPNOTSUPP)";
            default -> "errno " + errno;
        };
    }
}
