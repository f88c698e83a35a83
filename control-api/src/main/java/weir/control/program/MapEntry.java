// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
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

    private static int update(EbpfMap target, OfBytes entry) {
        // With one CPU, a per-CPU value is one value and padding.
        byte[] value = Arrays.copyOf(entry.value().toArray(), target.control().valueBytes());
        return target.control().update(entry.key().toArray(), value, MapFlags.ANY);
    }

    private static EbpfProgram program(LoadedObject loaded, OfProgram entry) {
        return loaded.program(entry.program()).orElseThrow();
    }

    private static int index(Bytes key) {
        return ByteBuffer.wrap(key.toArray()).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    private static String refusal(int errno) {
        return switch (errno) {
            case Errno.EPERM -> "it is read-only (EPERM)";
            case Errno.E2BIG -> "it is full (E2BIG)";
            case Errno.EINVAL -> "key or value is not valid (EINVAL)";
            case Errno.EOPNOTSUPP -> "it takes no entries (EOPNOTSUPP)";
            default -> "errno " + errno;
        };
    }
}
