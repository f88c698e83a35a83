// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadedObject;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.Errno;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.map.ProgramSlots;

/**
 * An entry that is put into a map before the program runs, written {@code MAP:KEY=VALUE}. Keys and values are
 * numbers (decimal or {@code 0x}, little endian, as wide as the map says) or {@code hex:} and all bytes; the
 * value of a program array is the name of a program.
 */
public record MapSetting(String map, String key, String value) {
    /** What is said to someone who wrote it otherwise. */
    public static final String SYNTAX = "MAP:KEY=VALUE, where KEY and VALUE are numbers (53, 0x35) or hex:BYTES";

    private static final String HEX = "hex:";

    /** @throws ReplayException when the text is no setting */
    public static MapSetting parse(String text) throws ReplayException {
        int colon = text.indexOf(':');
        int equals = text.indexOf('=', colon + 1);
        if (colon <= 0 || equals < 0) {
            throw new ReplayException("'" + Printable.of(text) + "' sets nothing", "write " + SYNTAX);
        }
        return new MapSetting(
                text.substring(0, colon), text.substring(colon + 1, equals), text.substring(equals + 1));
    }

    void apply(LoadedObject object) throws ReplayException {
        EbpfMap target = object.map(map)
                .orElseThrow(() -> new ReplayException(
                        "no map '" + Printable.of(map) + "' to set",
                        object.maps().isEmpty()
                                ? "the object has no maps"
                                : "maps are " + Printable.of(String.join(", ", object.maps().keySet()))));
        MapSpec spec = target.spec();
        byte[] keyBytes = bytes(key, spec.keyBytes(), "key");
        if (target instanceof ProgramSlots slots) {
            setProgram(object, slots, keyBytes);
            return;
        }
        byte[] one = bytes(value, spec.valueBytes(), "value");
        int all = target.control().valueBytes();
        byte[] valueBytes = Arrays.copyOf(one, all); // with one CPU, a per-CPU value is one value and padding
        int result = target.control().update(keyBytes, valueBytes, MapFlags.ANY);
        if (result != 0) {
            throw new ReplayException(
                    "map " + map + " (" + MapShape.of(spec) + ") does not take " + key + "=" + value + ": "
                            + refusal(-result),
                    "--set puts in what control code may put in; " + SYNTAX);
        }
    }

    private void setProgram(LoadedObject object, ProgramSlots slots, byte[] keyBytes) throws ReplayException {
        EbpfProgram program = object.program(value)
                .orElseThrow(() -> new ReplayException(
                        "no XDP program '" + Printable.of(value) + "' for map " + map,
                        "programs are " + Printable.of(String.join(", ", object.programs().keySet()))));
        long index = Integer.toUnsignedLong(new BigInteger(1, reversed(keyBytes)).intValue());
        if (index >= Integer.toUnsignedLong(slots.spec().maxEntries())) {
            throw new ReplayException(
                    "map " + map + " has no slot " + index,
                    "slots are 0 to " + (Integer.toUnsignedLong(slots.spec().maxEntries()) - 1));
        }
        slots.put((int) index, program);
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
                throw new ReplayException(name + " is not hexadecimal", "write two digits for each byte, hex:0a0b");
            }
            if (bytes.length != lengthBytes) {
                throw new ReplayException(
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
            throw new ReplayException(name + " is not a number", "write " + SYNTAX);
        }
        if (lengthBytes > Long.BYTES) {
            throw new ReplayException(
                    name + " is a number, but the map's have " + lengthBytes + " bytes",
                    "write all bytes in the order of memory, hex:0a0b...");
        }
        boolean fits = number.signum() < 0
                ? number.bitLength() < lengthBytes * Byte.SIZE
                : number.bitLength() <= lengthBytes * Byte.SIZE;
        if (!fits) {
            throw new ReplayException(name + " does not fit " + lengthBytes + " bytes", "write " + SYNTAX);
        }
        byte[] bytes = new byte[lengthBytes];
        for (int i = 0; i < lengthBytes; i++) {
            bytes[i] = number.shiftRight(i * Byte.SIZE).byteValue();
        }
        return bytes;
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[bytes.length - 1 - i] = bytes[i];
        }
        return reversed;
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
