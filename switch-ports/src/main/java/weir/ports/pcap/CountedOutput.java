// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A stream that knows how much was written to it. */
final class CountedOutput extends FilterOutputStream {
    private long written;

    CountedOutput(OutputStream out) {
        super(out);
    }

    long written() {
        return written;
    }

    @Override
    public void write(int b) throws IOException {
        out.write(b);
        written++;
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        out.write(bytes, from, count);
        written += count;
    }
}
