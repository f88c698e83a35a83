// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

import java.io.IOException;

/** A capture file breaks its format, or is of a kind that is not read; the message says where and what. */
public final class CaptureException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * @param offset of the record, block or field in the file, bytes
     * @param rule what was found and what is allowed
     */
    CaptureException(long offset, String rule) {
        super("byte " + offset + ": " + rule);
    }
}
