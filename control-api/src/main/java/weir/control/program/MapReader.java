// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfValue;
import weir.ebpf.map.BloomFilter;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapControl;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.map.QueueMap;

/** Copies entries out of live maps and shows them by their types. */
final class MapReader {
    private static final int PER_CPU_ALIGNMENT = 8;
    /** Bytes of a value without type that are shown. */
    private static final int MAX_HEX_BYTES = 256;

    private static final double PERCENT = 100;
    private static final byte[] NO_KEY = {};
    private static final BtfValue NOTHING = new BtfValue.Scalar("");

    private final Btf btf;
    private final int maxEntries;

    /** @param maxEntries that are shown of each map */
    MapReader(Btf btf, int maxEntries) {
        this.btf = btf;
        this.maxEntries = maxEntries;
    }

    /** Walks the map; holds no more than what is shown. */
    MapDump read(EbpfMap map) {
        return switch (map) {
            case QueueMap queue -> readQueue(queue);
            case BloomFilter filter -> readFilter(filter);
            default -> readEntries(map);
        };
    }

    /** A dump of one entry that was looked up. */
    MapDump one(MapSpec spec, byte[] key, byte[] value) {
        return new MapDump(MapShape.of(spec), isTyped(spec), 1, 0, List.of(entry(spec, key, value)));
    }

    private MapDump readQueue(QueueMap queue) {
        MapSpec spec = queue.spec();
        QueueMap.Contents contents = queue.contents(maxEntries);
        List<MapDump.Entry> shown = contents.values().stream()
                .map(value -> entry(spec, NO_KEY, value.toArray()))
                .toList();
        return new MapDump(MapShape.of(spec), isTyped(spec), contents.count(), contents.count() - shown.size(), shown);
    }

    /** Which values a filter holds cannot be told, but how full it is. */
    private static MapDump readFilter(BloomFilter filter) {
        BloomFilter.Fill fill = filter.fill();
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("bits", fill.bits());
        value.put("set_bits", fill.setBits());
        value.put("hashes", fill.hashes());
        value.put("false_positive_rate", fill.falsePositiveRate());
        String text = String.format(
                Locale.ROOT,
                "%,d of %,d bits set by %d hash functions; takes %.2g%% of other values for present",
                fill.setBits(),
                fill.bits(),
                fill.hashes(),
                PERCENT * fill.falsePositiveRate());
        return new MapDump(
                MapShape.of(filter.spec()),
                false,
                fill.setBits() == fill.bits() ? Long.MAX_VALUE : Math.round(fill.estimatedValues()),
                0,
                List.of(new MapDump.Entry(null, value, new MapDump.Text("", text, Map.of()))));
    }

    private MapDump readEntries(EbpfMap map) {
        MapSpec spec = map.spec();
        MapControl control = map.control();
        boolean isArray = spec.type() == MapType.ARRAY || spec.type() == MapType.PERCPU_ARRAY;
        List<MapDump.Entry> shown = new ArrayList<>();
        long count = 0;
        byte @Nullable [] key = spec.keyBytes() == 0 ? null : next(control, null);
        while (key != null) {
            if (control.lookup(key, 0) instanceof MapControl.Result.Found(Bytes value) && !(isArray && isZero(value))) {
                count++;
                if (shown.size() < maxEntries) {
                    shown.add(entry(spec, key, value.toArray()));
                }
            }
            key = next(control, key);
        }
        return new MapDump(MapShape.of(spec), isTyped(spec), count, count - shown.size(), shown);
    }

    private static byte @Nullable [] next(MapControl control, byte @Nullable [] key) {
        return control.nextKey(key) instanceof MapControl.Result.Found(Bytes next) ? next.toArray() : null;
    }

    private static boolean isZero(Bytes value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.at(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isTyped(MapSpec spec) {
        return spec.types() != null && spec.types().valueTypeId() != 0;
    }

    private MapDump.Entry entry(MapSpec spec, byte[] key, byte[] value) {
        int keyType = spec.types() == null ? 0 : spec.types().keyTypeId();
        int valueType = spec.types() == null ? 0 : spec.types().valueTypeId();
        BtfValue shownKey = key.length == 0 ? NOTHING : shown(keyType, key);
        if (!spec.type().isPerCpu()) {
            BtfValue shownValue = shown(valueType, value);
            return new MapDump.Entry(
                    key.length == 0 ? null : plain(shownKey),
                    plain(shownValue),
                    new MapDump.Text(text(shownKey), text(shownValue), variables(spec, shownValue)));
        }
        int stride = (spec.valueBytes() + PER_CPU_ALIGNMENT - 1) / PER_CPU_ALIGNMENT * PER_CPU_ALIGNMENT;
        List<BtfValue> values = new ArrayList<>();
        for (int at = 0; at + spec.valueBytes() <= value.length; at += Math.max(stride, 1)) {
            values.add(shown(valueType, Arrays.copyOfRange(value, at, at + spec.valueBytes())));
        }
        return new MapDump.Entry(
                plain(shownKey),
                values.stream().map(MapReader::plain).toList(),
                new MapDump.Text(
                        text(shownKey),
                        values.stream().map(MapReader::text).collect(Collectors.joining(" | ")),
                        Map.of()));
    }

    private static Map<String, String> variables(MapSpec spec, BtfValue value) {
        Map<String, String> variables = new LinkedHashMap<>();
        if (spec.name().startsWith(".") && value instanceof BtfValue.Struct section) {
            section.fields().forEach(field -> variables.put(Printable.of(field.name()), text(field.value())));
        }
        return variables;
    }

    /** By type; without one as a number where the size is that of one, else as bytes. */
    private BtfValue shown(int typeId, byte[] bytes) {
        if (typeId > 0 && typeId < btf.types().size()) {
            return BtfValue.read(btf, typeId, bytes);
        }
        return new BtfValue.Scalar(
                switch (bytes.length) {
                    case Byte.BYTES, Short.BYTES, Integer.BYTES, Long.BYTES -> number(bytes);
                    default ->
                        "0x" + HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, MAX_HEX_BYTES))
                                + (bytes.length > MAX_HEX_BYTES ? "..." : "");
                });
    }

    /** Little endian, unsigned. */
    private static String number(byte[] bytes) {
        BigInteger number = BigInteger.ZERO;
        for (int i = 0; i < bytes.length; i++) {
            number = number.or(BigInteger.valueOf(Byte.toUnsignedLong(bytes[i])).shiftLeft(i * Byte.SIZE));
        }
        return number.toString();
    }

    private static String text(BtfValue value) {
        return Printable.of(value.toString());
    }

    /** As JSON has it: numbers, booleans, strings, lists, and maps for structs. */
    private static Object plain(BtfValue value) {
        return switch (value) {
            case BtfValue.Scalar(String text) -> scalar(text);
            case BtfValue.Text(String text) -> text;
            case BtfValue.Array array ->
                array.elements().stream().map(MapReader::plain).toList();
            case BtfValue.Struct struct -> {
                Map<String, Object> fields = new LinkedHashMap<>();
                addFields(fields, struct);
                yield fields;
            }
        };
    }

    /** Members of anonymous structs and unions stand beside those of the struct around them, as in C. */
    private static void addFields(Map<String, Object> fields, BtfValue.Struct struct) {
        for (BtfValue.Field field : struct.fields()) {
            if (field.name().isEmpty() && field.value() instanceof BtfValue.Struct inner) {
                addFields(fields, inner);
            } else {
                fields.put(field.name(), plain(field.value()));
            }
        }
    }

    private static Object scalar(String text) {
        if (text.matches("-?\\d{1,20}")) {
            return new BigInteger(text);
        }
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> text;
        };
    }
}
