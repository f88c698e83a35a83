// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.helper;

import weir.ebpf.map.Errno;
import weir.ebpf.memory.Mem;

/** Helpers that format and compare text; {@code kernel/bpf/helpers.c}, {@code kernel/trace/bpf_trace.c}. */
final class TextHelpers {
    /** {@code MAX_BPRINTF_VARARGS}. */
    private static final int MAX_ARGUMENTS = 12;

    private static final int UNBOUNDED = Integer.MAX_VALUE;

    private TextHelpers() {}

    /** {@code bpf_trace_printk}: the text's length as if nothing had been cut off. */
    static long tracePrintk(HelperCalls calls, long format, long formatBytes, long a, long b, long c) {
        calls.formatter().arguments(a, b, c);
        return trace(calls, format, formatBytes);
    }

    static long traceVprintk(HelperCalls calls, long format, long formatBytes, long arguments, long argumentBytes) {
        if (!isArgumentList(arguments, argumentBytes)) {
            return -Errno.EINVAL;
        }
        calls.formatter().arguments(arguments, (int) argumentBytes / Long.BYTES);
        return trace(calls, format, formatBytes);
    }

    private static long trace(HelperCalls calls, long format, long formatBytes) {
        Formatter formatter = calls.formatter();
        formatter.output(calls.textAddress(), HelperCalls.TEXT_BYTES);
        int result = formatter.format(format, (int) formatBytes);
        if (result >= 0) {
            calls.run().host().trace(calls.textAddress(), Math.min(result, HelperCalls.TEXT_BYTES - 1));
        }
        return result;
    }

    /** {@code bpf_snprintf}: bytes that the whole text takes, its zero included. */
    static long snprintf(
            HelperCalls calls, long target, long targetBytes, long format, long arguments, long argumentBytes) {
        if (!isArgumentList(arguments, argumentBytes)) {
            return -Errno.EINVAL;
        }
        Formatter formatter = calls.formatter();
        formatter.arguments(arguments, (int) argumentBytes / Long.BYTES);
        formatter.output(target, (int) targetBytes);
        int result = formatter.format(format, UNBOUNDED);
        return result < 0 ? result : result + 1;
    }

    private static boolean isArgumentList(long address, long lengthBytes) {
        return lengthBytes % Long.BYTES == 0
                && lengthBytes <= MAX_ARGUMENTS * Long.BYTES
                && (lengthBytes == 0 || address != 0);
    }

    /** {@code bpf_strncmp}: -1, 0 or 1. */
    static long strncmp(long text, long lengthBytes, long constant) {
        for (long i = 0; i < lengthBytes; i++) {
            int a = Mem.getByte(text + i) & 0xff;
            int b = Mem.getByte(constant + i) & 0xff;
            if (a != b) {
                return a < b ? -1 : 1;
            }
            if (a == 0) {
                return 0;
            }
        }
        return 0;
    }
}
