// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.Arrays;
import java.util.stream.Collectors;
import weir.ebpf.verifier.scalar.Scalar;

/** What registers hold, in words for somebody who writes C. */
final class Description {
    private static final long MAX_LOW = 0xffff_ffffL;

    private Description() {}

    /** The end of a sentence that begins with "it holds". */
    static String of(Value value) {
        return switch (value) {
            case Undefined undefined -> undefined.why();
            case ScalarValue number -> number(number.range());
            case PointerValue pointer -> pointer(pointer);
        };
    }

    /** Types as the kernel names them, separated by commas, as people name what they stand for. */
    static String ofTypes(String types) {
        return Arrays.stream(types.split(", ")).map(Description::ofType).collect(Collectors.joining(", or "));
    }

    private static String ofType(String type) {
        return switch (type) {
            case "ctx" -> "the context as the program got it (ctx)";
            case "fp" -> "the address of a variable (fp)";
            case "pkt" -> "a pointer into the frame (pkt)";
            case "map_ptr" -> "a map, as in &map (map_ptr)";
            case "map_key" -> "a pointer to a map's key (map_key)";
            case "map_value" -> "a pointer to a map's value (map_value)";
            case "mem" -> "memory that the caller gave (mem)";
            case "func" -> "a function of the program (func)";
            case "ringbuf_mem" -> "a reserved record (ringbuf_mem)";
            default -> type;
        };
    }

    private static String number(Scalar range) {
        if (range.isConstant()) {
            return "the number " + range.value();
        }
        boolean isOfLowHalf = range.isConstant32() || range.u32min() != 0 || range.u32max() != -1;
        boolean isWide = Long.compareUnsigned(range.umax(), MAX_LOW) > 0;
        return "a number" + (isAnything(range) ? " that may be anything" : ", " + span(range))
                + (isWide && isOfLowHalf ? lowHalf(range) : "");
    }

    /** A compare of 32 bits says nothing about the rest: what is known of them does not bound the number. */
    private static String lowHalf(Scalar range) {
        return "; only its lower 32 bits are bounded, " + Integer.toUnsignedString(range.u32min()) + " to "
                + Integer.toUnsignedString(range.u32max());
    }

    private static boolean isAnything(Scalar range) {
        return range.smin() == Long.MIN_VALUE
                && range.smax() == Long.MAX_VALUE
                && range.umin() == 0
                && range.umax() == -1;
    }

    private static String span(Scalar range) {
        boolean isUnsigned = range.smin() >= 0 || (range.smin() == Long.MIN_VALUE && range.smax() == Long.MAX_VALUE);
        return isUnsigned
                ? Long.toUnsignedString(range.umin()) + " to "
                        + (range.umax() == -1 ? "2^64-1" : Long.toUnsignedString(range.umax()))
                : (range.smin() == Long.MIN_VALUE ? "-2^63" : range.smin()) + " to "
                        + (range.smax() == Long.MAX_VALUE ? "2^63-1" : range.smax());
    }

    private static String pointer(PointerValue pointer) {
        String what = switch (pointer.kind()) {
            case CONTEXT -> "the context" + behind(pointer, "its start");
            case PACKET -> "a pointer into the frame" + behind(pointer, "its start") + inside(pointer, "data_end");
            case PACKET_META ->
                "a pointer into the frame's metadata" + behind(pointer, "its start") + inside(pointer, "data");
            case PACKET_END -> "the frame's end";
            case STACK -> "a pointer to the stack" + behind(pointer, "the frame pointer");
            case MAP -> "map " + name(pointer) + " itself, not a value of it";
            case MAP_KEY -> "a pointer to a key of map " + name(pointer) + sized(pointer);
            case MAP_VALUE -> "a pointer to a value of map " + name(pointer) + sized(pointer);
            case RECORD -> "a pointer to a reserved ring buffer record" + sized(pointer);
            case MEMORY -> "a pointer to memory that the caller gave" + sized(pointer);
            case FUNCTION -> "the address of a function";
        };
        return pointer.orNull() ? "null or " + what : what;
    }

    private static String name(PointerValue pointer) {
        return pointer.map() == null ? "(unknown)" : pointer.map().spec().name();
    }

    private static String sized(PointerValue pointer) {
        return " (" + bytes(pointer.bytes()) + ')' + behind(pointer, "its start");
    }

    /** How much of the frame was compared with its end, counted from where the constant offset counts. */
    private static String inside(PointerValue pointer, String end) {
        return pointer.bytes() == 0
                ? "; nothing was compared with " + end + " yet"
                : "; the first " + bytes(pointer.bytes())
                        + (pointer.isFixed() ? "" : " behind the variable part")
                        + " were compared with " + end;
    }

    private static String behind(PointerValue pointer, String start) {
        Scalar variable = pointer.variable();
        if (pointer.isFixed()) {
            long offset = pointer.fixedOffset();
            return offset == 0
                    ? ""
                    : ", " + (offset < 0 ? -offset + " bytes before " : offset + " bytes behind ") + start;
        }
        String constant = pointer.offset() == 0 ? "" : bytes(pointer.offset()) + " and ";
        return ", " + constant + "a variable number of bytes (" + span(variable) + ") behind " + start;
    }

    private static String bytes(long count) {
        return count + (count == 1 ? " byte" : " bytes");
    }
}
