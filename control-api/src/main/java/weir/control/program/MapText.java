// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weir.control.program.ReplayException.Kind;
import weir.ebpf.map.MapException;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.map.Maps;

/**
 * A map that somebody defined for a program without an object file, not checked yet. The first is called {@code
 * map0}, the next {@code map1} and so on.
 *
 * @param inner index of the map before it that the maps in a map of maps are like, as {@code inner_map_fd} of {@code
 *     BPF_MAP_CREATE} names one; {@link #NONE} for none
 */
public record MapText(String type, long keyBytes, long valueBytes, long maxEntries, long flags, long inner) {
    /** What is said to someone who wrote a map otherwise. */
    public static final String SYNTAX = "TYPE:KEY:VALUE:MAX[:FLAGS][:inner=INDEX], sizes in bytes, as in hash:4:8:1024";

    /** {@link #inner} of maps that hold no maps. */
    public static final long NONE = -1;

    private static final String INNER = "inner=";
    private static final String OF_MAPS = "array:4:8:16 as the first map, array_of_maps:4:4:8:inner=0 as the second";
    private static final int HEX = 16;
    private static final int FIELDS = 4;
    private static final long MAX_UNSIGNED = 0xffff_ffffL;

    /**
     * Reads what was typed, {@link #SYNTAX}.
     *
     * @throws ReplayException when it is no map
     */
    public static MapText parse(String text) throws ReplayException {
        List<String> fields = new ArrayList<>(Arrays.asList(text.split(":", -1)));
        long inner = NONE;
        if (fields.getLast().startsWith(INNER)) {
            inner = number(text, fields.removeLast().substring(INNER.length()));
        }
        if (fields.size() < FIELDS || fields.size() > FIELDS + 1) {
            throw new ReplayException(Kind.USAGE, "'" + Printable.of(text) + "' is no map", "write " + SYNTAX);
        }
        return new MapText(
                fields.get(0),
                number(text, fields.get(1)),
                number(text, fields.get(2)),
                number(text, fields.get(3)),
                fields.size() > FIELDS ? number(text, fields.get(FIELDS)) : 0,
                inner);
    }

    private static long number(String text, String field) throws ReplayException {
        try {
            boolean isHex = field.startsWith("0x");
            return Long.parseLong(isHex ? field.substring(2) : field, isHex ? HEX : 10);
        } catch (NumberFormatException e) {
            throw new ReplayException(
                    Kind.USAGE,
                    "'" + Printable.of(field) + "' in map '" + Printable.of(text) + "' is not a number",
                    "write " + SYNTAX);
        }
    }

    /** Name of the map with an index. */
    static String name(int index) {
        return "map" + index;
    }

    /**
     * Maps in the order of their indices.
     *
     * @throws ReplayException for the first that the engine does not have, or that Linux would not make
     */
    public static List<MapSpec> specs(List<MapText> texts) throws ReplayException {
        List<MapSpec> specs = new ArrayList<>();
        for (MapText text : texts) {
            specs.add(text.spec(specs));
        }
        return specs;
    }

    private MapSpec spec(List<MapSpec> before) throws ReplayException {
        String name = name(before.size());
        for (long number : new long[] {keyBytes, valueBytes, maxEntries, flags}) {
            if (number < 0 || number > MAX_UNSIGNED) {
                throw wrong(name + ": " + number + " does not fit 32 bits", "write " + SYNTAX);
            }
        }
        MapType mapType = type(name);
        MapSpec spec = MapSpec.of(name, mapType, (int) keyBytes, (int) valueBytes, (int) maxEntries)
                .withFlags((int) flags);
        MapSpec like = like(name, mapType, before);
        if (like != null) {
            spec = spec.withInner(like);
        }
        try {
            Maps.check(spec);
        } catch (MapException e) {
            throw wrong(
                    String.valueOf(e.getMessage()),
                    "Linux would refuse this map, too (errno " + e.errno() + "); docs/ebpf-support.md says what maps"
                            + " there are");
        }
        return spec;
    }

    private MapType type(String name) throws ReplayException {
        for (MapType each : MapType.values()) {
            if (each.name().equalsIgnoreCase(type)) {
                return each;
            }
        }
        throw wrong(
                name + ": unknown type '" + Printable.of(type) + "'",
                "types are "
                        + Arrays.stream(MapType.values())
                                .map(each -> each.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", ")));
    }

    /** What the maps in this one are like; null where it holds none. */
    private @Nullable MapSpec like(String name, MapType mapType, List<MapSpec> before) throws ReplayException {
        if (mapType.isMapInMap() && inner == NONE) {
            throw wrong(
                    name + ": " + mapType.name().toLowerCase(Locale.ROOT) + " holds maps; of what kind is not said",
                    "name an earlier map that they are like by its index: " + OF_MAPS);
        }
        if (!mapType.isMapInMap() && inner != NONE) {
            throw wrong(
                    name + ": " + mapType.name().toLowerCase(Locale.ROOT) + " holds no maps, but an inner map is given",
                    "leave the inner map away, or make the type array_of_maps or hash_of_maps");
        }
        if (inner == NONE) {
            return null;
        }
        if (inner < 0 || inner >= before.size()) {
            throw wrong(
                    name + ": inner map " + inner + " is none of the " + before.size() + " before it",
                    "the inner map comes first: " + OF_MAPS);
        }
        return before.get((int) inner);
    }

    private static ReplayException wrong(String cause, String hint) {
        return new ReplayException(Kind.USAGE, cause, hint);
    }
}
