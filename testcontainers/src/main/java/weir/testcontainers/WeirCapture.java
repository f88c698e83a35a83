// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A capture of all frames of a network into a file in pcapng, which Wireshark and tshark read. Each frame has its port as
 * interface; one that was dropped has the reason as comment. Ends with {@link #close}, or with its network. Any thread.
 */
public final class WeirCapture implements AutoCloseable {
    private static final long END_MILLIS = TimeUnit.SECONDS.toMillis(30);

    private final DaemonSwitch source;
    private final DaemonSwitch.Stream stream;
    private final Path file;
    private final Thread writer;
    private volatile @Nullable IOException failure;
    private boolean isClosed;

    /** @param frames after which it ends; 0 for no limit */
    static WeirCapture begin(DaemonSwitch source, Path file, int frames) {
        OutputStream out;
        try {
            out = Files.newOutputStream(file);
        } catch (IOException e) {
            throw new WeirException(
                    "cannot write " + file + ": " + e.getMessage(), "name a file in a folder that exists", e);
        }
        boolean isBegun = false;
        try {
            WeirCapture capture = new WeirCapture(source, source.capture(frames), file, out);
            capture.writer.start();
            isBegun = true;
            return capture;
        } finally {
            if (!isBegun) {
                closeQuietly(out);
            }
        }
    }

    private WeirCapture(DaemonSwitch source, DaemonSwitch.Stream stream, Path file, OutputStream out) {
        this.source = source;
        this.stream = stream;
        this.file = file;
        writer = Thread.ofPlatform()
                .daemon(true)
                .name("weir-capture-" + stream.id())
                .unstarted(() -> copy(out));
    }

    private void copy(OutputStream out) {
        try (out) {
            stream.blocks().body().transferTo(out);
        } catch (IOException e) {
            failure = e;
        }
    }

    private static void closeQuietly(OutputStream out) {
        try {
            out.close();
        } catch (IOException e) {
            // Nothing was written.
        }
    }

    /** Where it is written. */
    public Path path() {
        return file;
    }

    /**
     * Ends it; all frames that came before are in the file when this returns. Idempotent.
     *
     * @throws WeirException when the file could not be written whole
     */
    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        try {
            source.endCapture(stream.id());
            writer.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stream.blocks().close();
        }
        IOException cause = failure;
        if (cause != null) {
            throw new WeirException("the capture " + file + " is not whole: " + cause.getMessage(), "", cause);
        }
    }
}
