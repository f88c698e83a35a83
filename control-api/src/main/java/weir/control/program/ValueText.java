// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import weir.control.program.ReplayException.Kind;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;

/**
 * Keys and values of maps as people write them:
 *
 * <ul>
 *   <li>{@code 53}, {@code 0x35}: a number of at most 8 bytes, little endian
 *   <li>{@code hex:0a01}: all bytes, in the order of memory
 *   <li>{@code aa:bb:cc:dd:ee:ff}: 6 bytes
 *   <li>{@code 10.1.2.3}, {@code 2001:db8::1}: an address in network order, where the type says that it is one
 *   <li>{@code 10.1.0.0/16}, {@code 2001:db8::/32}: a key of an LPM trie; without length the whole address
 * </ul>
 */
final class ValueText {
    private static final String HEX = "hex:";
    private static final String SYNTAX = "write " + MapSetting.SYNTAX;
    private static final int MAC_BYTES = 6;
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;
    private static final int PREFIX_LENGTH_BYTES = 4;
    private static final int MAX_TYPE_STEPS = 16;
    private static final Pattern MAC = Pattern.compile("[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}");
    private static final Pattern DOTTED = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+\\.[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private final Btf btf;
    private final MapSpec map;

    ValueText(Btf btf, MapSpec map) {
        this.btf = btf;
        this.map = map;
    }

    byte[] key(String text) throws ReplayException {
        boolean isTrie = map.type() == MapType.LPM_TRIE;
        int type = map.types() == null ? 0 : map.types().keyTypeId();
        Place place = new Place("key '" + Printable.of(text) + "' of map " + Printable.of(map.name()), map.keyBytes());
        return isTrie && !text.startsWith(HEX) ? prefix(text, place) : bytes(text, type, place);
    }

    byte[] value(String text) throws ReplayException {
        int type = map.types() == null ? 0 : map.types().valueTypeId();
        String name = "value '" + Printable.of(text) + "' of map " + Printable.of(map.name());
        return bytes(text, type, new Place(name, map.valueBytes()));
    }

    /** What is written: how messages call it, and how long it must be. */
    private record Place(String name, int bytes) {}

    private byte[] bytes(String text, int type, Place place) throws ReplayException {
        if (text.startsWith(HEX)) {
            return hex(text.substring(HEX.length()), place);
        }
        if (MAC.matcher(text).matches()) {
            return mac(text, place);
        }
        if (ADDRESS.matcher(text).matches()) {
            return address(text, type, place);
        }
        return number(text, place);
    }

    private static byte[] hex(String text, Place place) throws ReplayException {
        byte[] bytes;
        try {
            bytes = HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException e) {
            throw new ReplayException(
                    Kind.USAGE, place.name() + " is not hexadecimal", "write two digits for each byte, hex:0a0b");
        }
        if (bytes.length != place.bytes()) {
            throw new ReplayException(
                    Kind.USAGE,
                    place.name() + " has " + counted(bytes.length) + ", needed are " + place.bytes(),
                    "write all " + counted(place.bytes()) + ", in the order of memory");
        }
        return bytes;
    }

    private static byte[] mac(String text, Place place) throws ReplayException {
        if (place.bytes() != MAC_BYTES) {
            throw new ReplayException(
                    Kind.USAGE,
                    place.name() + " is a MAC address of 6 bytes, needed are " + place.bytes(),
                    "write all bytes in the order of memory, hex:0a0b...");
        }
        byte[] bytes = new byte[MAC_BYTES];
        String[] parts = text.split(":", -1);
        for (int i = 0; i < MAC_BYTES; i++) {
            bytes[i] = (byte) Integer.parseInt(parts[i], 16);
        }
        return bytes;
    }

    /** An address stands in network order; of a plain integer nobody knows what order its program wants. */
    private byte[] address(String text, int type, Place place) throws ReplayException {
        byte[] bytes = parseAddress(text, place);
        if (bytes.length != place.bytes()) {
            throw new ReplayException(
                    Kind.USAGE,
                    place.name() + " is an address of " + bytes.length + " bytes, needed are " + place.bytes(),
                    "write all bytes in the order of memory, hex:0a0b...");
        }
        if (bytes.length == IPV4_BYTES && !isAddress(type)) {
            throw new ReplayException(
                    Kind.USAGE,
                    place.name() + " is an address, but its type does not say so, and may want another byte order",
                    "hex:" + HexFormat.of().formatHex(bytes) + " is the address in network order");
        }
        return bytes;
    }

    private static byte[] parseAddress(String text, Place place) throws ReplayException {
        try {
            if (text.indexOf(':') < 0 && !DOTTED.matcher(text).matches()) {
                throw new IllegalArgumentException("short forms are ambiguous: 10.1 is 10.0.0.1 to some");
            }
            return bytesOf(InetAddress.ofLiteral(text), text);
        } catch (IllegalArgumentException e) {
            throw new ReplayException(
                    Kind.USAGE, place.name() + " is no IPv4 or IPv6 address", "write 10.1.2.3, 2001:db8::1, or hex:");
        }
    }

    /** Java reads {@code ::ffff:1.2.3.4} as an IPv4 address; what has a colon is IPv6 here. */
    private static byte[] bytesOf(InetAddress address, String text) {
        byte[] bytes = address.getAddress();
        if (!(address instanceof Inet4Address) || text.indexOf(':') < 0) {
            return bytes;
        }
        return ByteBuffer.allocate(IPV6_BYTES)
                .position(IPV6_BYTES - IPV4_BYTES - Short.BYTES)
                .putShort((short) -1)
                .put(bytes)
                .array();
    }

    /** {@code struct bpf_lpm_trie_key}: the length in bits, then the address in network order. */
    private byte[] prefix(String text, Place place) throws ReplayException {
        int slash = text.indexOf('/');
        String start = slash < 0 ? text : text.substring(0, slash);
        if (!ADDRESS.matcher(start).matches()) {
            throw new ReplayException(
                    Kind.USAGE,
                    place.name() + " is no prefix",
                    "keys of an LPM trie are prefixes: 10.1.0.0/16, 2001:db8::/32, or hex: and all "
                            + counted(place.bytes()) + ", the length in bits first");
        }
        byte[] address = parseAddress(start, place);
        if (PREFIX_LENGTH_BYTES + address.length != place.bytes()) {
            int needed = place.bytes() - PREFIX_LENGTH_BYTES;
            throw new ReplayException(
                    Kind.USAGE,
                    place.name() + " is an address of " + address.length + " bytes, the trie's have " + needed,
                    needed == IPV4_BYTES
                            ? "write an IPv4 prefix, 10.1.0.0/16"
                            : needed == IPV6_BYTES
                                    ? "write an IPv6 prefix, 2001:db8::/32"
                                    : "write all bytes in the order of memory, the length in bits first, hex:0a0b...");
        }
        int bits = address.length * Byte.SIZE;
        int length = slash < 0 ? bits : prefixLength(text.substring(slash + 1));
        if (length < 0 || length > bits) {
            throw new ReplayException(
                    Kind.USAGE, place.name() + ": the length of a prefix is 0 to " + bits + " bits", SYNTAX);
        }
        return ByteBuffer.allocate(place.bytes())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(length)
                .put(address)
                .array();
    }

    private static int prefixLength(String text) {
        return text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : -1;
    }

    private static byte[] number(String text, Place place) throws ReplayException {
        int lengthBytes = place.bytes();
        BigInteger number;
        try {
            boolean isHex = text.startsWith("0x");
            number = new BigInteger(isHex ? text.substring(2) : text, isHex ? 16 : 10);
        } catch (NumberFormatException e) {
            throw new ReplayException(Kind.USAGE, place.name() + " is not a number", SYNTAX);
        }
        if (lengthBytes > Long.BYTES) {
            throw new ReplayException(
                    Kind.USAGE,
                    place.name() + " is a number, but the map's have " + lengthBytes + " bytes",
                    "write all bytes in the order of memory, hex:0a0b...");
        }
        boolean fits = number.signum() < 0
                ? number.bitLength() < lengthBytes * Byte.SIZE
                : number.bitLength() <= lengthBytes * Byte.SIZE;
        if (!fits) {
            throw new ReplayException(Kind.USAGE, place.name() + " does not fit " + counted(lengthBytes), SYNTAX);
        }
        byte[] bytes = new byte[lengthBytes];
        for (int i = 0; i < lengthBytes; i++) {
            bytes[i] = number.shiftRight(i * Byte.SIZE).byteValue();
        }
        return bytes;
    }

    // ---- types --------------------------------------------------------------------------------------------

    /** Whether a type is an IPv4 address in network order: {@code __be32}, {@code in_addr}, four bytes. */
    private boolean isAddress(int typeId) {
        int id = typeId;
        for (int steps = 0; steps < MAX_TYPE_STEPS && id > 0 && id < btf.types().size(); steps++) {
            Integer next = null;
            switch (btf.type(id)) {
                case BtfType.Typedef(String name, int target) -> {
                    if (name.equals("__be32") || name.equals("in_addr_t")) {
                        return true;
                    }
                    next = target;
                }
                case BtfType.Modifier modifier -> next = modifier.target();
                case BtfType.Array array -> {
                    return array.count() == IPV4_BYTES
                            && btf.resolved(array.element()) instanceof BtfType.Int each
                            && each.sizeBytes() == 1;
                }
                case BtfType.Struct struct -> {
                    if (struct.name().equals("in_addr")) {
                        return true;
                    }
                    next = onlyMember(struct);
                }
                default -> {}
            }
            if (next == null) {
                return false;
            }
            id = next;
        }
        return false;
    }

    private static @Nullable Integer onlyMember(BtfType.Struct struct) {
        return struct.members().size() == 1 ? struct.members().getFirst().type() : null;
    }

    private static String counted(int bytes) {
        return bytes == 1 ? "1 byte" : bytes + " bytes";
    }
}
