// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A network during one test: what was asked of it before, and a capture of what happens. */
final class Watch {
    /** A capture that is kept only when a test fails should not fill a disk; what comes later is not captured. */
    private static final int MOST_FRAMES = 100_000;

    private final WeirNetwork network;
    private final Wanted before;
    private final WeirCapture capture;

    private Watch(WeirNetwork network, Wanted before, WeirCapture capture) {
        this.network = network;
        this.before = before;
        this.capture = capture;
    }

    static Watch begin(WeirNetwork network) {
        try {
            Path file = Files.createTempFile("weir-tc-", ".pcapng");
            return new Watch(network, network.wanted(), network.capture(file, MOST_FRAMES));
        } catch (IOException e) {
            throw new WeirException("cannot make a file for a capture: " + e.getMessage(), "", e);
        }
    }

    WeirNetwork network() {
        return network;
    }

    /** Ends the capture, and moves it to another place. */
    void keepCapture(Path target) throws IOException {
        capture.close();
        Files.move(capture.path(), target, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Makes the network what it was before, and forgets what was not kept. */
    void end() {
        try {
            capture.close();
            Files.deleteIfExists(capture.path());
        } catch (IOException e) {
            throw new WeirException("cannot remove " + capture.path() + ": " + e.getMessage(), "", e);
        } finally {
            if (network.isRunning()) {
                network.restore(before);
            }
        }
    }
}
