// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import weir.control.program.ReplayException.Kind;
import weir.ebpf.ObjectFile;
import weir.ebpf.btf.Btf;
import weir.ebpf.isa.Decoder;
import weir.ebpf.isa.MalformedCodeException;
import weir.ebpf.map.MapException;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.map.Maps;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;

/**
 * A program that was written as numbers, and the maps that it names by index: what an object file without names
 * and lines would hold. The program is called {@link #NAME}, the maps {@code map0}, {@code map1} and so on.
 */
public final class RawProgram {
    /** Name of the program. */
    public static final String NAME = "raw";

    /** What is said to someone who wrote a map otherwise. */
    public static final String MAP_SYNTAX = "TYPE:KEY:VALUE:MAX[:FLAGS], sizes in bytes, as in hash:4:8:1024";

    private static final int DIGITS = 16;
    private static final int FIELDS = 4;
    private static final long MAX_UNSIGNED = 0xffff_ffffL;

    private RawProgram() {}

    /**
     * The program as an object.
     *
     * @param hex instructions, 8 bytes each in the order of memory, two digits a byte; white space counts for
     *     nothing
     * @throws ReplayException when it is no hexadecimal text, or not of whole instructions
     * @throws MalformedCodeException when the bytes are no instructions
     */
    public static ObjectFile of(String hex, List<MapSpec> maps) throws ReplayException, MalformedCodeException {
        return of(hex, maps, ProgramType.XDP);
    }

    /** The same as a program of that type. */
    public static ObjectFile of(String hex, List<MapSpec> maps, ProgramType type)
            throws ReplayException, MalformedCodeException {
        ProgramSpec program =
                ProgramSpec.of(NAME, type, Decoder.decode(bytes(hex)).withDescriptorsAsIndices());
        return new ObjectFile(List.of(program), maps, program.license(), Btf.EMPTY);
    }

    private static byte[] bytes(String hex) throws ReplayException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(hex.length() / 2);
        int digits = 0;
        int high = 0;
        for (int i = 0; i < hex.length(); i++) {
            char c = hex.charAt(i);
            if (Character.isWhitespace(c)) {
                continue;
            }
            int digit = c < 0x80 ? Character.digit(c, DIGITS) : -1;
            if (digit < 0) {
                throw notHex("character " + (i + 1) + " of the instructions, '" + Printable.of(String.valueOf(c))
                        + "', is no hexadecimal digit");
            }
            if (digits++ % 2 == 0) {
                high = digit;
            } else {
                bytes.write(high << 4 | digit);
            }
        }
        if (digits == 0) {
            throw notHex("there are no instructions");
        }
        if (digits % DIGITS != 0) {
            throw notHex(String.format(
                    Locale.ROOT,
                    "%,d hexadecimal digits are %,d whole instructions and %d digits",
                    digits,
                    digits / DIGITS,
                    digits % DIGITS));
        }
        return bytes.toByteArray();
    }

    private static ReplayException notHex(String cause) {
        return new ReplayException(
                Kind.USAGE,
                cause,
                "write 16 digits for each instruction, its bytes in the order of memory: b700000002000000 is r0 = 2");
    }

    /**
     * Maps as they were typed.
     *
     * @throws ReplayException for the first that is none, or that Linux would not make
     */
    public static List<MapSpec> maps(List<String> texts) throws ReplayException {
        List<MapSpec> maps = new ArrayList<>();
        for (String text : texts) {
            maps.add(map(text, maps.size()));
        }
        return maps;
    }

    private static MapSpec map(String text, int index) throws ReplayException {
        String[] fields = text.split(":", -1);
        if (fields.length < FIELDS || fields.length > FIELDS + 1) {
            throw new ReplayException(Kind.USAGE, "'" + Printable.of(text) + "' is no map", "write " + MAP_SYNTAX);
        }
        long[] numbers = new long[FIELDS + 1];
        for (int i = 1; i < fields.length; i++) {
            numbers[i] = number(text, fields[i]);
        }
        return map(index, fields[0], numbers[1], numbers[2], numbers[3], numbers[4]);
    }

    private static long number(String text, String field) throws ReplayException {
        try {
            boolean isHex = field.startsWith("0x");
            return Long.parseLong(isHex ? field.substring(2) : field, isHex ? DIGITS : 10);
        } catch (NumberFormatException e) {
            throw new ReplayException(
                    Kind.USAGE,
                    "'" + Printable.of(field) + "' in map '" + Printable.of(text) + "' is not a number",
                    "write " + MAP_SYNTAX);
        }
    }

    /**
     * A map by its numbers.
     *
     * @throws ReplayException when the engine has no such type, or Linux would not make the map
     */
    static MapSpec map(int index, String type, long keyBytes, long valueBytes, long maxEntries, long flags)
            throws ReplayException {
        String name = mapName(index);
        for (long number : new long[] {keyBytes, valueBytes, maxEntries, flags}) {
            if (number < 0 || number > MAX_UNSIGNED) {
                throw new ReplayException(
                        Kind.USAGE, name + ": " + number + " does not fit 32 bits", "write " + MAP_SYNTAX);
            }
        }
        MapSpec spec = MapSpec.of(name, type(name, type), (int) keyBytes, (int) valueBytes, (int) maxEntries)
                .withFlags((int) flags);
        try {
            Maps.check(spec);
        } catch (MapException e) {
            throw new ReplayException(
                    Kind.USAGE,
                    String.valueOf(e.getMessage()),
                    "Linux would refuse this map, too (errno " + e.errno() + "); docs/ebpf-support.md says what maps"
                            + " there are");
        }
        return spec;
    }

    static String mapName(int index) {
        return "map" + index;
    }

    private static MapType type(String map, String name) throws ReplayException {
        for (MapType type : MapType.values()) {
            if (type.name().equalsIgnoreCase(name)) {
                return type;
            }
        }
        throw new ReplayException(
                Kind.USAGE,
                map + ": unknown type '" + Printable.of(name) + "'",
                "types are "
                        + Arrays.stream(MapType.values())
                                .map(type -> type.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", ")));
    }
}
