// SPDX-License-Identifier: Apache-2.0
package weir.ports.capture;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import weir.core.port.Port;
import weir.core.testing.PortContractTest;
import weir.ports.pcap.CaptureException;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureReader;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The port contract for capture ports: the outside writes to a named pipe, and reads the file that grows. */
@RequiresFeature(Feature.LINUX)
class CapturePortContractTest extends PortContractTest {
    @TempDir
    private Path folder;

    private RandomAccessFile pipe;
    private int seen;

    @Override
    protected Port open() throws Exception {
        Path in = folder.resolve("in");
        Netns.exec("mkfifo", in.toString());
        pipe = new RandomAccessFile(in.toFile(), "rw");
        pipe.write(Captures.pcap());
        return CapturePort.open("pcap:" + in + "," + folder.resolve("out.pcap") + "?speed=max");
    }

    @Override
    protected void send(byte[] frame) throws IOException {
        pipe.write(Captures.record(0, frame));
    }

    @Override
    protected List<byte[]> received() throws IOException {
        List<byte[]> frames = new ArrayList<>();
        byte[] now = Files.readAllBytes(folder.resolve("out.pcap"));
        try (CaptureReader reader = CaptureReader.open(new ByteArrayInputStream(now))) {
            for (CaptureFrame frame = reader.next(); frame != null; frame = reader.next()) {
                frames.add(frame.bytes());
            }
        } catch (CaptureException halfWritten) {
            // The rest of that frame comes soon.
        }
        List<byte[]> fresh = frames.subList(seen, frames.size());
        seen = frames.size();
        return fresh;
    }

    @Override
    protected void outsideCloses() throws IOException {
        pipe.close();
    }
}
