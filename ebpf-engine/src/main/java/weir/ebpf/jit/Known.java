// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

/**
 * What the compiler has found out about a value, on every path to a place. Unlike the verifier's facts
 * these are relied upon, so each case is something that the code itself shows.
 */
sealed interface Known {
    /** Anything but a pointer into the running function's own stack. */
    record Anything() implements Known {}

    /** Anything, pointers into the function's own stack among it. */
    record MaybeStack() implements Known {}

    record Constant(long value) implements Known {}

    /** The context's address and an offset. */
    record Context(int offset) implements Known {}

    /**
     * {@code offset} bytes behind an origin: the start of the frame, of the metadata, or where an
     * instruction put a pointer by adding something unknown.
     *
     * @param origin {@link #DATA}, {@link #META}, {@link #UNKNOWN_ORIGIN} (then the offset is 0 and this is
     *     only a guess), or {@link #by} an instruction
     */
    record Packet(int origin, int offset) implements Known {
        static final int DATA = 0;
        static final int META = -1;
        static final int UNKNOWN_ORIGIN = -2;

        /** The kernel's {@code MAX_PACKET_OFF} is 0xffff; sums of one and a displacement stay far from overflow. */
        private static final int MAX_OFFSET = 1 << 15;

        /** The origin that an instruction makes. */
        static int by(int slot) {
            return slot + 1;
        }

        Known moved(long bytes) {
            long sum = offset + bytes;
            boolean isFar = bytes < -MAX_OFFSET || bytes > MAX_OFFSET || sum < -MAX_OFFSET || sum > MAX_OFFSET;
            return origin == UNKNOWN_ORIGIN || isFar ? inPacket() : new Packet(origin, (int) sum);
        }
    }

    /** The frame's end. */
    record PacketEnd() implements Known {}

    /** {@code offset} bytes from r10 of the running function. */
    record Stack(int offset) implements Known {}

    /** The object's map with that index. */
    record Map(int index) implements Known {}

    /** What a lookup in that map gave, plus an offset; the offset alone where the lookup gave null. */
    record MapValue(int map, int offset) implements Known {}

    /** A guess: somewhere in a value of that map. */
    record InMapValue(int map) implements Known {}

    /** {@code offset} bytes behind the start of that map's only value: global data. */
    record Global(int map, int offset) implements Known {}

    /** A guess: somewhere in that map's only value. */
    record InGlobal(int map) implements Known {}

    /** A function of the program, as callback. */
    record Function(int slot) implements Known {}

    /** A guess: a ring buffer's record. */
    record InRecord() implements Known {}

    static Known anything() {
        return new Anything();
    }

    static Known maybeStack() {
        return new MaybeStack();
    }

    static Known packetEnd() {
        return new PacketEnd();
    }

    static Known inPacket() {
        return new Packet(Packet.UNKNOWN_ORIGIN, 0);
    }

    static Known inRecord() {
        return new InRecord();
    }

    default boolean mayBeStack() {
        return this instanceof Stack || this instanceof MaybeStack;
    }

    /** What is known where two paths meet. */
    static Known join(Known a, Known b) {
        if (a.equals(b)) {
            return a;
        }
        if (a.mayBeStack() || b.mayBeStack()) {
            return maybeStack();
        }
        if (a instanceof Packet && b instanceof Packet) {
            return inPacket();
        }
        if (isNullOf(a, b)) {
            return b;
        }
        if (isNullOf(b, a)) {
            return a;
        }
        int map = valueOf(a);
        if (map >= 0 && map == valueOf(b)) {
            return new InMapValue(map);
        }
        int global = globalOf(a);
        return global >= 0 && global == globalOf(b) ? new InGlobal(global) : anything();
    }

    private static boolean isNullOf(Known number, Known value) {
        return number instanceof Constant(long n) && value instanceof MapValue(int map, int offset) && n == offset;
    }

    private static int valueOf(Known known) {
        return switch (known) {
            case MapValue(int map, int offset) -> map;
            case InMapValue(int map) -> map;
            default -> -1;
        };
    }

    private static int globalOf(Known known) {
        return switch (known) {
            case Global(int map, int offset) -> map;
            case InGlobal(int map) -> map;
            default -> -1;
        };
    }

    /** What is known of the same value in a function that it is handed to. */
    default Known abroad() {
        return switch (this) {
            case Stack stack -> anything();
            case MaybeStack stack -> anything();
            case PacketEnd end -> anything();
            case Packet packet -> inPacket();
            default -> this;
        };
    }

    /** The value plus a constant. */
    default Known plus(long bytes) {
        boolean isNear = bytes == (int) bytes;
        return switch (this) {
            case Constant(long value) -> new Constant(value + bytes);
            case Packet packet -> packet.moved(bytes);
            case PacketEnd end -> inPacket();
            case Context(int offset) when isNear && fits(offset + bytes) -> new Context((int) (offset + bytes));
            case Stack(int offset) when isNear && fits(offset + bytes) -> new Stack((int) (offset + bytes));
            case MapValue(int map, int offset)
            when isNear && fits(offset + bytes) -> new MapValue(map, (int) (offset + bytes));
            case Global(int map, int offset)
            when isNear && fits(offset + bytes) -> new Global(map, (int) (offset + bytes));
            case MapValue(int map, int offset) -> new InMapValue(map);
            case Global(int map, int offset) -> new InGlobal(map);
            case InMapValue in -> in;
            case InGlobal in -> in;
            case InRecord in -> in;
            case Stack stack -> maybeStack();
            case MaybeStack stack -> maybeStack();
            case Context context -> anything();
            case Map map -> anything();
            case Function function -> anything();
            case Anything anything -> anything();
        };
    }

    private static boolean fits(long offset) {
        return offset == (int) offset;
    }
}
