// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Walks a type over the bytes of a value. */
final class BtfValueReader {
    /** Scalars that are shown of one value. */
    private static final int MAX_SCALARS = 1000;

    private static final int MAX_ELEMENTS = 64;
    private static final int MAX_TEXT = 256;
    private static final BtfValue UNKNOWN = new BtfValue.Scalar("?");

    private final Btf btf;
    private final byte[] bytes;
    private int scalars;

    BtfValueReader(Btf btf, byte[] bytes) {
        this.btf = btf;
        this.bytes = bytes;
    }

    BtfValue read(int typeId) {
        return read(typeId, 0, 0);
    }

    /**
     * Reads one value.
     *
     * @param bitOffset from the first byte
     * @param fieldBits width of a bit field, or 0
     */
    private BtfValue read(int typeId, long bitOffset, int fieldBits) {
        if (++scalars > MAX_SCALARS) {
            return new BtfValue.Scalar("...");
        }
        return switch (btf.resolved(typeId)) {
            case BtfType.Int type -> readInt(type, bitOffset, fieldBits);
            case BtfType.Enumeration type -> readEnumeration(type, bitOffset, fieldBits);
            case BtfType.Pointer _ -> readPointer(bitOffset);
            case BtfType.FloatingPoint type -> readFloat(type, bitOffset);
            case BtfType.Array type -> readArray(type, bitOffset);
            case BtfType.Struct type -> readStruct(type, bitOffset);
            case BtfType.DataSection type -> readSection(type);
            case BtfType.Variable type -> read(type.type(), bitOffset, 0);
            default -> UNKNOWN;
        };
    }

    private BtfValue readInt(BtfType.Int type, long bitOffset, int fieldBits) {
        int bits = fieldBits > 0 ? fieldBits : type.bits();
        if (bits > Long.SIZE) {
            return hex(bitOffset, bits);
        }
        long from = bitOffset + (fieldBits > 0 ? 0 : type.bitOffset());
        if (bits == 0 || isOutside(from, bits)) {
            return UNKNOWN;
        }
        long value = bits(from, bits, type.signed());
        if (type.isBool()) {
            return new BtfValue.Scalar(
                    value == 0 ? "false" : value == 1 || value == -1 ? "true" : Long.toString(value));
        }
        return new BtfValue.Scalar(type.signed() ? Long.toString(value) : Long.toUnsignedString(value));
    }

    private BtfValue readEnumeration(BtfType.Enumeration type, long bitOffset, int fieldBits) {
        int bits = fieldBits > 0 ? fieldBits : Math.min(type.sizeBytes() * 8, Long.SIZE);
        if (isOutside(bitOffset, bits)) {
            return UNKNOWN;
        }
        long value = bits(bitOffset, bits, type.signed());
        for (BtfType.Enumerator each : type.values()) {
            if (each.value() == value) {
                return new BtfValue.Scalar(each.name());
            }
        }
        return new BtfValue.Scalar(type.signed() ? Long.toString(value) : Long.toUnsignedString(value));
    }

    private BtfValue readPointer(long bitOffset) {
        int bits = Btf.POINTER_BYTES * 8;
        return isOutside(bitOffset, bits)
                ? UNKNOWN
                : new BtfValue.Scalar("0x" + Long.toHexString(bits(bitOffset, bits, false)));
    }

    private BtfValue readFloat(BtfType.FloatingPoint type, long bitOffset) {
        int bits = type.sizeBytes() * 8;
        if (isOutside(bitOffset, bits)) {
            return UNKNOWN;
        }
        return switch (type.sizeBytes()) {
            case 4 -> new BtfValue.Scalar(Float.toString(Float.intBitsToFloat((int) bits(bitOffset, bits, false))));
            case 8 -> new BtfValue.Scalar(Double.toString(Double.longBitsToDouble(bits(bitOffset, bits, false))));
            default -> hex(bitOffset, bits);
        };
    }

    private BtfValue readArray(BtfType.Array type, long bitOffset) {
        long elementBytes = btf.sizeBytes(type.element()).orElse(0);
        if (elementBytes == 0) {
            return UNKNOWN;
        }
        if (bitOffset % 8 == 0 && isText(type)) {
            return readText(bitOffset / 8, type.count());
        }
        // A flexible array has what is left of the value.
        long count = type.count() > 0 ? type.count() : Math.max(0, bytes.length - bitOffset / 8) / elementBytes;
        List<BtfValue> elements = new ArrayList<>();
        while (elements.size() < Math.min(count, MAX_ELEMENTS) && scalars < MAX_SCALARS) {
            elements.add(read(type.element(), bitOffset + elements.size() * elementBytes * 8, 0));
        }
        return new BtfValue.Array(elements, count - elements.size());
    }

    private boolean isText(BtfType.Array type) {
        return btf.resolved(type.element()) instanceof BtfType.Int element
                && element.sizeBytes() == 1
                && (element.isChar() || element.name().equals("char"));
    }

    private BtfValue readText(long from, long count) {
        StringBuilder text = new StringBuilder();
        long end = Math.min(count > 0 ? from + count : bytes.length, bytes.length);
        for (long at = from; at < end && bytes[(int) at] != 0 && text.length() < MAX_TEXT; at++) {
            text.append(new String(bytes, (int) at, 1, StandardCharsets.ISO_8859_1));
        }
        return new BtfValue.Text(text.toString());
    }

    private BtfValue readStruct(BtfType.Struct type, long bitOffset) {
        List<BtfValue.Field> fields = new ArrayList<>();
        for (BtfType.Member member : type.members()) {
            if (scalars >= MAX_SCALARS) {
                break;
            }
            BtfValue value = read(member.type(), bitOffset + member.bitOffset(), member.bits());
            fields.add(new BtfValue.Field(member.name(), value));
        }
        return new BtfValue.Struct(fields);
    }

    private BtfValue readSection(BtfType.DataSection type) {
        List<BtfValue.Field> fields = new ArrayList<>();
        for (BtfType.Placed placed : type.variables()) {
            if (scalars >= MAX_SCALARS) {
                break;
            }
            BtfValue value = read(placed.variable(), placed.offset() * 8, 0);
            fields.add(new BtfValue.Field(btf.type(placed.variable()).name(), value));
        }
        return new BtfValue.Struct(fields);
    }

    private BtfValue hex(long bitOffset, int bits) {
        int length = bits / 8;
        if (bitOffset % 8 != 0 || isOutside(bitOffset, bits)) {
            return UNKNOWN;
        }
        byte[] bigEndian = new byte[length];
        for (int i = 0; i < length; i++) {
            bigEndian[length - 1 - i] = bytes[(int) (bitOffset / 8) + i];
        }
        return new BtfValue.Scalar("0x" + HexFormat.of().formatHex(bigEndian));
    }

    private boolean isOutside(long bitOffset, int bits) {
        return bitOffset < 0 || bitOffset + bits > bytes.length * 8L;
    }

    /** Up to 64 bits, the lowest first. */
    private long bits(long from, int count, boolean signed) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            long bit = from + i;
            if ((bytes[(int) (bit / 8)] & (1 << (bit % 8))) != 0) {
                value |= 1L << i;
            }
        }
        int unused = Long.SIZE - count;
        return signed ? (value << unused) >> unused : value;
    }
}
