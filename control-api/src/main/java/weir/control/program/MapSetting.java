// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import weir.control.program.ReplayException.Kind;
import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadedObject;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.Errno;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapOfMaps;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.map.ProgramArray;

/**
 * An entry that is put into a map before the program runs, written {@code MAP:KEY=VALUE}. Keys and values are
 * numbers (decimal or {@code 0x}, little endian, as wide as the map says) or {@code hex:} and all bytes; the
 * value of a program array is the name of a program, that of a map of maps the name of a map.
 */
public record MapSetting(String map, String key, String value) {
    /** What is said to someone who wrote it otherwise. */
    public static final String SYNTAX = "MAP:KEY=VALUE, where KEY and VALUE are numbers (53, 0x35) or hex:BYTES";

    private static final String HEX = "hex:";

    /**
     * Reads what was typed.
     *
     * @throws ReplayException when the text is no setting
     */
    public static MapSetting parse(String text) throws ReplayException {
        int colon = text.indexOf(':');
        int equals = text.indexOf('=', colon + 1);
        if (colon <= 0 || equals < 0) {
            throw new ReplayException(Kind.USAGE, "'" + Printable.of(text) + "' sets nothing", "write " + SYNTAX);
        }
        return new MapSetting(text.substring(0, colon), text.substring(colon + 1, equals), text.substring(equals + 1));
    }

    void apply(LoadedObject loadedFrom) throws ReplayException {
        EbpfMap target = loadedFrom
                .map(map)
                .orElseThrow(() -> new ReplayException(
                        Kind.NOT_FOUND,
                        "no map '" + Printable.of(map) + "' to set",
                        loadedFrom.maps().isEmpty()
                                ? "the object has no maps"
                                : "maps are "
                                        + Printable.of(String.join(
                                                ", ", loadedFrom.maps().keySet()))));
        MapSpec spec = target.spec();
        byte[] keyBytes = bytes(key, spec.keyBytes(), "key");
        int result = switch (target) {
            case ProgramArray array -> array.set(index(keyBytes), program(loadedFrom));
            case MapOfMaps outer -> outer.put(keyBytes, inner(loadedFrom), MapFlags.ANY);
            default -> update(target, keyBytes);
        };
        if (result != 0) {
            throw new ReplayException(
                    Kind.USAGE,
                    "map " + Printable.of(map) + " (" + MapShape.of(spec) + ") does not take " + Printable.of(key) + "="
                            + Printable.of(value) + ": " + refusal(-result),
                    "write " + SYNTAX);
        }
    }

    private int update(EbpfMap target, byte[] keyBytes) throws ReplayException {
        byte[] one = bytes(value, target.spec().valueBytes(), "value");
        // With one CPU, a per-CPU value is one value and padding.
        return target.control()
                .update(keyBytes, Arrays.copyOf(one, target.control().valueBytes()), MapFlags.ANY);
    }

    private EbpfProgram program(LoadedObject loadedFrom) throws ReplayException {
        return loadedFrom
                .program(value)
                .orElseThrow(() -> new ReplayException(
                        Kind.NOT_FOUND,
                        "no XDP program '" + Printable.of(value) + "' for map " + Printable.of(map),
                        "the value of a program array is the name of a program"));
    }

    private EbpfMap inner(LoadedObject loadedFrom) throws ReplayException {
        return loadedFrom
                .map(value)
                .orElseThrow(() -> new ReplayException(
                        Kind.NOT_FOUND,
                        "no map '" + Printable.of(value) + "' for map " + Printable.of(map),
                        "maps are "
                                + Printable.of(
                                        String.join(", ", loadedFrom.maps().keySet()))));
    }

    /** A slot of a program array; one that is none where the number is too large. */
    private static int index(byte[] keyBytes) {
        return ByteBuffer.wrap(keyBytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    /** Whether the setting puts a program into a slot. */
    boolean isProgramOf(MapSpec spec) {
        return spec.name().equals(map) && spec.type() == MapType.PROG_ARRAY;
    }

    private byte[] bytes(String text, int lengthBytes, String what) throws ReplayException {
        String name = what + " '" + Printable.of(text) + "' of map " + Printable.of(map);
        if (text.startsWith(HEX)) {
            byte[] bytes;
            try {
                bytes = HexFormat.of().parseHex(text.substring(HEX.length()));
            } catch (IllegalArgumentException e) {
                throw new ReplayException(
                        Kind.USAGE, name + " is not hexadecimal", "write two digits for each byte, hex:0a0b");
            }
            if (bytes.length != lengthBytes) {
                throw new ReplayException(
                        Kind.USAGE,
                        name + " has " + bytes.length + " bytes, needed are " + lengthBytes,
                        "write all " + lengthBytes + " bytes, in the order of memory");
            }
            return bytes;
        }
        BigInteger number;
        try {
            boolean isHex = text.startsWith("0x");
            number = new BigInteger(isHex ? text.substring(2) : text, isHex ? 16 : 10);
        } catch (NumberFormatException e) {
            throw new ReplayException(Kind.USAGE, name + " is not a number", "write " + SYNTAX);
        }
        if (lengthBytes > Long.BYTES) {
            throw new ReplayException(
                    Kind.USAGE,
                    name + " is a number, but the map's have " + lengthBytes + " bytes",
                    "write all bytes in the order of memory, hex:0a0b...");
        }
        boolean fits = number.signum() < 0
                ? number.bitLength() < lengthBytes * Byte.SIZE
                : number.bitLength() <= lengthBytes * Byte.SIZE;
        if (!fits) {
            throw new ReplayException(Kind.USAGE, name + " does not fit " + lengthBytes + " bytes", "write " + SYNTAX);
        }
        byte[] bytes = new byte[lengthBytes];
        for (int i = 0; i < lengthBytes; i++) {
            bytes[i] = number.shiftRight(i * Byte.SIZE).byteValue();
        }
        return bytes;
    }

    private static String refusal(int errno) {
        return switch (errno) {
            case Errno.EPERM -> "it is read-only (EPERM)";
            case Errno.E2BIG -> "it is full, or the key is beyond its end (E2BIG)";
            case Errno.EINVAL -> "key or value is not valid (EINVAL)";
            case Errno.EBADF -> "its values are maps or programs (EBADF)";
            case Errno.EOPNOTSUPP -> "it takes no entries (EOPNOTSUPP)";
            default -> "errno " + errno;
        };
    }
}
