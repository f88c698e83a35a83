// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf;

import java.util.List;
import java.util.stream.Collectors;

/** A value read by its type. {@code toString} is one line, as C would write an initialiser. */
public sealed interface BtfValue {
    /** A number, constant, address or text, as it is shown. */
    record Scalar(String text) implements BtfValue {
        @Override
        public String toString() {
            return text;
        }
    }

    /** An array of characters up to its NUL. */
    record Text(String text) implements BtfValue {
        @Override
        public String toString() {
            StringBuilder quoted = new StringBuilder("\"");
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '"' || c == '\\') {
                    quoted.append('\\').append(c);
                } else if (c >= ' ' && c < 0x7f) {
                    quoted.append(c);
                } else {
                    quoted.append(String.format("\\x%02x", (int) c));
                }
            }
            return quoted.append('"').toString();
        }
    }

    /** A struct, a union (all its views) or a section of variables. */
    record Struct(List<Field> fields) implements BtfValue {
        public Struct {
            fields = List.copyOf(fields);
        }

        @Override
        public String toString() {
            return fields.stream().map(Field::toString).collect(Collectors.joining(", ", "{ ", " }"));
        }
    }

    /** A member; without name where its type is an anonymous struct or union. */
    record Field(String name, BtfValue value) {
        @Override
        public String toString() {
            return name.isEmpty() ? value.toString() : name + " = " + value;
        }
    }

    /**
     * An array.
     *
     * @param leftOut elements that are there but not shown
     */
    record Array(List<BtfValue> elements, long leftOut) implements BtfValue {
        public Array {
            elements = List.copyOf(elements);
        }

        @Override
        public String toString() {
            String shown = elements.stream().map(BtfValue::toString).collect(Collectors.joining(", "));
            return "[" + shown + (leftOut > 0 ? ", ... " + leftOut + " more" : "") + "]";
        }
    }

    /**
     * Reads a value, little endian. Shows at most about 1,000 numbers; what has no bytes is shown as {@code ?}.
     *
     * @param typeId of {@code btf}
     * @param bytes of the value; may be shorter or longer than the type
     * @throws IndexOutOfBoundsException for ids that no type has
     */
    static BtfValue read(Btf btf, int typeId, byte[] bytes) {
        return new BtfValueReader(btf, bytes).read(typeId);
    }
}
