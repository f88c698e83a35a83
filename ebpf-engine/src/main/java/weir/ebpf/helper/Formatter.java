// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.helper;

import weir.ebpf.map.Errno;
import weir.ebpf.memory.Mem;
import weir.ebpf.run.RunState;

/**
 * Formats text by the rules of {@code bpf_bprintf_prepare} ({@code kernel/bpf/helpers.c}) and {@code
 * bstr_printf} ({@code lib/vsprintf.c}): {@code %[0+- ][width]} with {@code d i u x X} after none, one or
 * two {@code l}, {@code c}, {@code s}, {@code p} with {@code K x s S B ks us i4 I4 i6 I6}. Anything else
 * is -EINVAL before a byte is written.
 *
 * <p>Differs from the kernel: {@code %p} and {@code %pK} show the address itself, not a hash; there are
 * no symbols, so {@code %ps}, {@code %pS} and {@code %pB} show the address as the kernel does where it
 * finds no symbol. Strings are read from memory that the program may read; from anywhere else they are
 * empty, as the kernel's are from unmapped memory.
 *
 * <p>Allocates nothing; one thread.
 */
final class Formatter {
    /** {@code MAX_BPRINTF_BIN_ARGS}: what all arguments may take as the kernel lays them out. */
    private static final int MAX_ARGUMENT_BYTES = 512;

    private static final int MAX_WIDTH = (1 << 23) - 1;
    private static final int POINTER_DIGITS = 16;

    private final RunState memory;
    private final long[] values = new long[12];
    private final byte[] digits = new byte[24];
    private int count;

    private long target;
    private int targetBytes;
    private long written;

    private long format;
    private int formatBytes;
    private int at;
    private int argumentBytes;
    private int error;

    // the conversion at hand
    private boolean left;
    private boolean plus;
    private boolean space;
    private boolean zero;
    private int width;

    Formatter(RunState memory) {
        this.memory = memory;
    }

    /** Three arguments by value. */
    void arguments(long a, long b, long c) {
        values[0] = a;
        values[1] = b;
        values[2] = c;
        count = 3;
    }

    /** Up to 12 arguments from memory, 8 bytes each. */
    void arguments(long address, int argumentCount) {
        for (int i = 0; i < argumentCount; i++) {
            values[i] = Mem.getLong(address + (long) i * Long.BYTES);
        }
        count = argumentCount;
    }

    /** Where the text goes, with its zero; what does not fit is cut off. */
    void output(long address, int lengthBytes) {
        target = address;
        targetBytes = lengthBytes;
    }

    /**
     * Formats.
     *
     * @param maxFormatBytes within which the format ends with a zero
     * @return length of the whole text without its zero, or a negative errno
     */
    int format(long formatAddress, int maxFormatBytes) {
        format = formatAddress;
        formatBytes = 0;
        while (formatBytes < maxFormatBytes && Mem.getByte(format + formatBytes) != 0) {
            formatBytes++;
        }
        if (formatBytes == maxFormatBytes) {
            return -Errno.EINVAL;
        }
        int room = targetBytes;
        targetBytes = 0;
        pass();
        if (error != 0) {
            return error;
        }
        targetBytes = room;
        pass();
        if (room > 0) {
            Mem.putByte(target + Math.min(written, room - 1), (byte) 0);
        }
        return (int) Math.min(written, Integer.MAX_VALUE - 1);
    }

    /** Goes through the format; the first pass has no room to write and finds the errors. */
    private void pass() {
        written = 0;
        argumentBytes = 0;
        error = 0;
        int argument = 0;
        for (at = 0; at < formatBytes && error == 0; at++) {
            int c = charAt(at);
            if (!isPrintable(c) && !isSpace(c)) {
                error = -Errno.EINVAL;
            } else if (c != '%') {
                put(c);
            } else if (charAt(at + 1) == '%') {
                at++;
                put('%');
            } else if (argument == count) {
                error = -Errno.EINVAL;
            } else {
                at++;
                readFlags();
                convert(values[argument++]);
            }
        }
    }

    private void readFlags() {
        left = false;
        plus = false;
        space = false;
        zero = false;
        while (takeFlag(charAt(at))) {
            at++;
        }
        width = 0;
        for (int c = charAt(at); c >= '0' && c <= '9'; c = charAt(at)) {
            width = Math.min(MAX_WIDTH, width * 10 + c - '0');
            at++;
        }
    }

    private boolean takeFlag(int c) {
        switch (c) {
            case '0' -> zero = true;
            case '+' -> plus = true;
            case '-' -> left = true;
            case ' ' -> space = true;
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Handles one conversion; leaves {@link #at} on its last character. */
    private void convert(long value) {
        switch (charAt(at)) {
            case 'p' -> pointer(value);
            case 's' -> {
                if (endsBehind(at)) {
                    string(value, true);
                }
            }
            case 'c' -> {
                if (takes(1)) {
                    repeat(' ', left ? 0 : width - 1);
                    put((int) value & 0xff);
                    repeat(' ', left ? width - 1 : 0);
                }
            }
            default -> integer(value);
        }
    }

    private void pointer(long value) {
        int kind = charAt(at + 1);
        if (kind == 0 || isSpace(kind) || isPunctuation(kind)) {
            address(value);
            return;
        }
        at++;
        switch (kind) {
            case 'k', 'u' -> {
                at++;
                if (charAt(at) != 's') {
                    error = -Errno.EINVAL;
                } else if (endsBehind(at)) {
                    string(value, false);
                }
            }
            case 'K', 'x' -> address(value);
            case 's', 'S' -> symbol(value);
            case 'B' -> {
                width = 0;
                symbol(value);
            }
            case 'i', 'I' -> {
                at++;
                internetAddress(value, kind == 'I');
            }
            default -> error = -Errno.EINVAL;
        }
        while (error == 0 && isAlphanumeric(charAt(at + 1))) {
            at++;
        }
    }

    private void address(long value) {
        if (takesAligned(Long.BYTES)) {
            if (width == 0) {
                width = POINTER_DIGITS;
                zero = true;
            }
            number(value, 16, false, 'a');
        }
    }

    private void symbol(long value) {
        if (takesAligned(Long.BYTES)) {
            int length = 2 + digitsOf(value, 16, 'a');
            repeat(' ', left ? 0 : width - length);
            put('0');
            put('x');
            putDigits(length - 2);
            repeat(' ', left ? width - length : 0);
        }
    }

    private void integer(long value) {
        boolean wide = false;
        for (int i = 0; i < 2 && charAt(at) == 'l'; i++) {
            wide = true;
            at++;
        }
        int kind = charAt(at);
        boolean signed = kind == 'd' || kind == 'i';
        if (!signed && kind != 'u' && kind != 'x' && kind != 'X') {
            error = -Errno.EINVAL;
            return;
        }
        if (takesAligned(wide ? Long.BYTES : Integer.BYTES)) {
            long number = wide ? value : signed ? (int) value : value & 0xffff_ffffL;
            number(number, kind == 'x' || kind == 'X' ? 16 : 10, signed, kind == 'X' ? 'A' : 'a');
        }
    }

    /** {@code number()} of {@code lib/vsprintf.c}. */
    private void number(long value, int base, boolean signed, char letter) {
        int sign = 0;
        long magnitude = value;
        if (signed) {
            if (value < 0) {
                sign = '-';
                magnitude = -value;
            } else if (plus) {
                sign = '+';
            } else if (space) {
                sign = ' ';
            }
        }
        int length = digitsOf(magnitude, base, letter);
        int padding = width - length - (sign == 0 ? 0 : 1);
        boolean zeros = zero && !left;
        repeat(' ', left || zeros ? 0 : padding);
        if (sign != 0) {
            put(sign);
        }
        repeat('0', zeros ? padding : 0);
        putDigits(length);
        repeat(' ', left ? padding : 0);
    }

    /** Puts the digits of an unsigned number into {@link #digits}, last one first; returns how many. */
    private int digitsOf(long value, int base, char letter) {
        int length = 0;
        long rest = value;
        do {
            int digit = (int) Long.remainderUnsigned(rest, base);
            digits[length++] = (byte) (digit < 10 ? '0' + digit : letter + digit - 10);
            rest = Long.divideUnsigned(rest, base);
        } while (rest != 0);
        return length;
    }

    private void putDigits(int length) {
        for (int i = length - 1; i >= 0; i--) {
            put(digits[i]);
        }
    }

    private void string(long address, boolean padded) {
        int room = MAX_ARGUMENT_BYTES - argumentBytes;
        if (room == 0) {
            error = -Errno.ENOSPC;
            return;
        }
        int length = 0;
        while (length < room - 1 && memory.mayRead(address + length, 1) && Mem.getByte(address + length) != 0) {
            length++;
        }
        if (length < room - 1 && !memory.mayRead(address + length, 1)) {
            length = 0;
        }
        argumentBytes += length + 1;
        int padding = padded ? width - length : 0;
        repeat(' ', left ? 0 : padding);
        for (int i = 0; i < length; i++) {
            put(Mem.getByte(address + i));
        }
        repeat(' ', left ? padding : 0);
    }

    private void internetAddress(long address, boolean separated) {
        int version = charAt(at);
        if (version != '4' && version != '6') {
            error = -Errno.EINVAL;
            return;
        }
        int bytes = version == '4' ? 4 : 16;
        if (MAX_ARGUMENT_BYTES - argumentBytes < bytes) {
            error = -Errno.ENOSPC;
            return;
        }
        boolean readable = memory.mayRead(address, bytes);
        long before = written;
        for (int i = 0; i < bytes; i++) {
            int octet = readable ? Mem.getByte(address + i) & 0xff : 0;
            if (version == '4') {
                decimalOctet(octet, i, separated);
            } else {
                hexadecimalOctet(octet, i, separated);
            }
        }
        argumentBytes += (int) Math.min(written - before + 1, MAX_ARGUMENT_BYTES - argumentBytes);
    }

    /** {@code %pI4} is 10.0.0.1, {@code %pi4} is 010.000.000.001. */
    private void decimalOctet(int octet, int index, boolean plain) {
        if (index != 0) {
            put('.');
        }
        int length = digitsOf(octet, 10, 'a');
        repeat('0', plain ? 0 : 3 - length);
        putDigits(length);
    }

    /** {@code %pI6} has a colon behind each 2 bytes, {@code %pi6} none. */
    private void hexadecimalOctet(int octet, int index, boolean separated) {
        if (separated && index != 0 && index % 2 == 0) {
            put(':');
        }
        int length = digitsOf(octet, 16, 'a');
        repeat('0', 2 - length);
        putDigits(length);
    }

    // ---- what the kernel's buffer of arguments has room for ---------------------------------------

    private boolean takes(int bytes) {
        if (MAX_ARGUMENT_BYTES - argumentBytes < bytes) {
            error = -Errno.ENOSPC;
            return false;
        }
        argumentBytes += bytes;
        return true;
    }

    private boolean takesAligned(int bytes) {
        argumentBytes = (argumentBytes + 3) & ~3;
        return takes(bytes);
    }

    // ---- characters --------------------------------------------------------------------------------

    private void put(int c) {
        if (written < targetBytes - 1) {
            Mem.putByte(target + written, (byte) c);
        }
        written++;
    }

    private void repeat(int c, int times) {
        if (times > 0) {
            long end = written + times;
            while (written < end && written < targetBytes - 1) {
                put(c);
            }
            written = end;
        }
    }

    private int charAt(int index) {
        return index < formatBytes ? Mem.getByte(format + index) & 0xff : 0;
    }

    private boolean endsBehind(int index) {
        int next = charAt(index + 1);
        if (next != 0 && !isSpace(next) && !isPunctuation(next)) {
            error = -Errno.EINVAL;
            return false;
        }
        return true;
    }

    private static boolean isPrintable(int c) {
        return c >= ' ' && c <= '~';
    }

    private static boolean isSpace(int c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static boolean isAlphanumeric(int c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }

    private static boolean isPunctuation(int c) {
        return c > ' ' && c <= '~' && !isAlphanumeric(c);
    }
}
