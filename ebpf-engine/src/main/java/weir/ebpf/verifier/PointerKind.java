// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

/** What a pointer points to; names as in the kernel's log, {@code reg_type_str}. */
enum PointerKind {
    CONTEXT("ctx", "the context"),
    PACKET("pkt", "the frame"),
    PACKET_META("pkt_meta", "the frame's metadata"),
    PACKET_END("pkt_end", "the frame's end"),
    STACK("fp", "the stack"),
    MAP("map_ptr", "a map itself"),
    MAP_KEY("map_key", "a map's key"),
    MAP_VALUE("map_value", "a map's value"),
    RECORD("ringbuf_mem", "a reserved ring buffer record"),
    MEMORY("mem", "memory that the caller gave"),
    FUNCTION("func", "a function");

    private final String text;
    private final String words;

    PointerKind(String text, String words) {
        this.text = text;
        this.words = words;
    }

    /** As the log writes it. */
    String text() {
        return text;
    }

    /** As the object of a sentence. */
    String words() {
        return words;
    }

    /** Whether it points into a frame, at its metadata, or to its end. */
    boolean isOfPacket() {
        return isPacketMemory() || this == PACKET_END;
    }

    /** Whether a compare with the end makes bytes accessible. */
    boolean isPacketMemory() {
        return this == PACKET || this == PACKET_META;
    }
}
