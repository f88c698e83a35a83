// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** pcapng; see {@link PcapngLayout}. */
final class PcapngReader extends CaptureReader {
    /** Longest block whose body is looked at: the longest frame and as much of options again. */
    private static final int MAX_BLOCK_BYTES = 1 << 20;

    private static final int MAX_INTERFACES = 4096;

    private final byte[] header = new byte[PcapngLayout.BLOCK_HEADER_BYTES];
    private final ByteBuffer block = ByteBuffer.wrap(header);
    private final List<Described> interfaces = new ArrayList<>();
    private ByteBuffer body = ByteBuffer.allocate(0);
    private int interfacesBefore;
    private long blockOffset;

    /** An interface of this section and how its frames are read. */
    private record Described(CaptureInterface source, TimeResolution time, int checksumBytes) {}

    /** @param input behind the type of the first block */
    PcapngReader(CaptureInput input) throws IOException {
        super(input);
        input.read(header, Integer.BYTES, Integer.BYTES, "section header");
        beginSection();
    }

    @Override
    public @Nullable CaptureFrame next() throws IOException {
        while (true) {
            blockOffset = input.offset();
            if (!input.readOrEnd(header, PcapngLayout.BLOCK_HEADER_BYTES, "block header")) {
                return null;
            }
            switch (block.getInt(0)) {
                case PcapngLayout.SECTION_HEADER -> beginSection();
                case PcapngLayout.INTERFACE -> {
                    readBody("interface description", PcapngLayout.INTERFACE_BODY_BYTES);
                    describe();
                }
                case PcapngLayout.ENHANCED_PACKET -> {
                    readBody("packet block", PcapngLayout.PACKET_BODY_BYTES);
                    return packet(body.getInt(PcapngLayout.PACKET_INTERFACE));
                }
                case PcapngLayout.OBSOLETE_PACKET -> {
                    readBody("packet block", PcapngLayout.PACKET_BODY_BYTES);
                    return packet(Short.toUnsignedInt(body.getShort(PcapngLayout.PACKET_INTERFACE)));
                }
                case PcapngLayout.SIMPLE_PACKET -> {
                    readBody("simple packet block", PcapngLayout.SIMPLE_BODY_BYTES);
                    return simplePacket();
                }
                default -> passOver();
            }
        }
    }

    /** With the block's type and length read, in whatever order. */
    private void beginSection() throws IOException {
        byte[] magic = new byte[Integer.BYTES];
        input.read(magic, 0, magic.length, "section header");
        int order = ByteBuffer.wrap(magic).getInt();
        if (order == PcapngLayout.BYTE_ORDER_MAGIC) {
            block.order(ByteOrder.BIG_ENDIAN);
        } else if (Integer.reverseBytes(order) == PcapngLayout.BYTE_ORDER_MAGIC) {
            block.order(ByteOrder.LITTLE_ENDIAN);
        } else {
            throw fail("the byte order of the section is 0x" + Integer.toHexString(order) + ", not 0x1a2b3c4d");
        }
        int bodyBytes = bodyBytes("section header", PcapngLayout.SECTION_BODY_BYTES);
        byte[] fields = new byte[PcapngLayout.SECTION_BODY_BYTES];
        int magicBytes = magic.length;
        input.read(fields, magicBytes, fields.length - magicBytes, "section header");
        int major =
                Short.toUnsignedInt(ByteBuffer.wrap(fields).order(block.order()).getShort(PcapngLayout.SECTION_MAJOR));
        if (major != PcapngLayout.VERSION_MAJOR) {
            throw fail("version " + major + " of pcapng; 1 is read");
        }
        input.skip(Integer.toUnsignedLong(bodyBytes) - fields.length, "section header");
        checkTrailer("section header");
        interfacesBefore += interfaces.size();
        interfaces.clear();
    }

    /** Bytes of the block's body, unsigned. */
    private int bodyBytes(String what, int atLeast) throws CaptureException {
        int length = block.getInt(Integer.BYTES);
        if (length % 4 != 0 || Integer.compareUnsigned(length, PcapngLayout.BLOCK_FRAME_BYTES + atLeast) < 0) {
            throw fail(what + " of " + Integer.toUnsignedString(length) + " bytes; needed is a multiple of 4, at least "
                    + (PcapngLayout.BLOCK_FRAME_BYTES + atLeast));
        }
        return length - PcapngLayout.BLOCK_FRAME_BYTES;
    }

    private void readBody(String what, int atLeast) throws IOException {
        int bytes = bodyBytes(what, atLeast);
        if (Integer.compareUnsigned(bytes, MAX_BLOCK_BYTES) > 0) {
            throw fail(what + " of " + Integer.toUnsignedString(block.getInt(Integer.BYTES)) + " bytes; at most "
                    + MAX_BLOCK_BYTES + " are read");
        }
        byte[] read = new byte[bytes];
        input.read(read, 0, bytes, what);
        body = ByteBuffer.wrap(read).order(block.order());
        checkTrailer(what);
    }

    private void passOver() throws IOException {
        String what = "block of type 0x" + Integer.toHexString(block.getInt(0));
        input.skip(Integer.toUnsignedLong(bodyBytes(what, 0)), what);
        checkTrailer(what);
    }

    private void checkTrailer(String what) throws IOException {
        byte[] trailer = new byte[Integer.BYTES];
        input.read(trailer, 0, trailer.length, what);
        int second = ByteBuffer.wrap(trailer).order(block.order()).getInt();
        int first = block.getInt(Integer.BYTES);
        if (first != second) {
            throw fail(what + ": its length is " + Integer.toUnsignedString(first) + " at the start and "
                    + Integer.toUnsignedString(second) + " at the end");
        }
    }

    private void describe() throws CaptureException {
        if (interfaces.size() == MAX_INTERFACES) {
            throw fail("more than " + MAX_INTERFACES + " interfaces in a section");
        }
        Options options = options(PcapngLayout.INTERFACE_BODY_BYTES);
        CaptureInterface source = new CaptureInterface(
                interfacesBefore + interfaces.size(),
                options.interfaceName,
                Short.toUnsignedInt(body.getShort(PcapngLayout.INTERFACE_LINK)),
                Math.max(0, body.getInt(PcapngLayout.INTERFACE_SNAPLEN)));
        interfaces.add(new Described(
                source, new TimeResolution(options.timeResolution, options.timeOffset), options.checksumBytes));
    }

    private Described described(int number) throws CaptureException {
        if (Integer.compareUnsigned(number, interfaces.size()) >= 0) {
            throw fail("frame of interface " + Integer.toUnsignedString(number) + "; the section has described "
                    + interfaces.size() + " so far");
        }
        return interfaces.get(number);
    }

    private CaptureFrame packet(int interfaceNumber) throws CaptureException {
        Described from = described(interfaceNumber);
        int captured = checkedLength(blockOffset, body.getInt(PcapngLayout.PACKET_CAPTURED));
        int room = body.capacity() - PcapngLayout.PACKET_BODY_BYTES;
        if (captured > room) {
            throw fail("frame of " + captured + " bytes in a block that has room for " + room);
        }
        long ticks = Integer.toUnsignedLong(body.getInt(PcapngLayout.PACKET_TIME_HIGH)) << 32
                | Integer.toUnsignedLong(body.getInt(PcapngLayout.PACKET_TIME_LOW));
        byte[] bytes = new byte[captured];
        body.get(PcapngLayout.PACKET_BODY_BYTES, bytes);
        Options options = options(PcapngLayout.PACKET_BODY_BYTES + PcapngLayout.padded(captured));
        return frame(
                        from.source(),
                        from.time().nanos(ticks),
                        bytes,
                        body.getInt(PcapngLayout.PACKET_ON_WIRE),
                        from.checksumBytes())
                .withComment(options.comment);
    }

    /** Has no time, and is of the first interface; its length follows from that on the wire. */
    private CaptureFrame simplePacket() throws CaptureException {
        Described from = described(0);
        int onWire = body.getInt(PcapngLayout.SIMPLE_ON_WIRE);
        int room = body.capacity() - PcapngLayout.SIMPLE_BODY_BYTES;
        int snapBytes = from.source().snapBytes() == 0 ? room : from.source().snapBytes();
        int captured = onWire < 0 ? Math.min(snapBytes, room) : Math.min(onWire, snapBytes);
        if (captured > room) {
            throw fail("frame of " + captured + " bytes in a block that has room for " + room);
        }
        byte[] bytes = new byte[checkedLength(blockOffset, captured)];
        body.get(PcapngLayout.SIMPLE_BODY_BYTES, bytes);
        return frame(from.source(), 0, bytes, onWire, from.checksumBytes());
    }

    /** What is read of the options of a block. */
    private static final class Options {
        private String comment = "";
        private String interfaceName = "";
        private int timeResolution = TimeResolution.MICROSECONDS.code();
        private long timeOffset;
        private int checksumBytes;
    }

    private Options options(int from) throws CaptureException {
        boolean ofInterface = block.getInt(0) == PcapngLayout.INTERFACE;
        Options options = new Options();
        int at = from;
        while (at + PcapngLayout.OPTION_HEADER_BYTES <= body.capacity()) {
            int code = Short.toUnsignedInt(body.getShort(at));
            int length = Short.toUnsignedInt(body.getShort(at + Short.BYTES));
            at += PcapngLayout.OPTION_HEADER_BYTES;
            if (code == PcapngLayout.OPTION_END) {
                break;
            }
            if (length > body.capacity() - at) {
                throw fail("option " + code + " of " + length + " bytes in a block that has room for "
                        + (body.capacity() - at));
            }
            if (code == PcapngLayout.OPTION_COMMENT) {
                options.comment =
                        options.comment.isEmpty() ? text(at, length) : options.comment + "\n" + text(at, length);
            } else if (ofInterface) {
                readInterfaceOption(options, code, at, length);
            }
            at += PcapngLayout.padded(length);
        }
        return options;
    }

    private void readInterfaceOption(Options options, int code, int at, int length) {
        switch (code) {
            case PcapngLayout.OPTION_INTERFACE_NAME -> options.interfaceName = text(at, length);
            case PcapngLayout.OPTION_TIME_RESOLUTION -> {
                if (length == 1) {
                    options.timeResolution = Byte.toUnsignedInt(body.get(at));
                }
            }
            case PcapngLayout.OPTION_TIME_OFFSET -> {
                if (length == Long.BYTES) {
                    options.timeOffset = body.getLong(at);
                }
            }
            case PcapngLayout.OPTION_CHECKSUM_LENGTH -> {
                if (length == 1) {
                    options.checksumBytes = Byte.toUnsignedInt(body.get(at)) / Byte.SIZE;
                }
            }
            default -> {
                // of no interest here
            }
        }
    }

    private String text(int at, int length) {
        byte[] bytes = new byte[length];
        body.get(at, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private CaptureException fail(String rule) {
        return new CaptureException(blockOffset, rule);
    }
}
