// SPDX-License-Identifier: Apache-2.0
package weir.ports.capture;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.ports.PortLife;
import weir.ports.PortSpec;

/** A port on one or two capture files; the package page says how it is used. */
public final class CapturePort implements Port {
    /** Whatever fits into a large slot can be written. */
    private static final int MTU_BYTES = 65_521;

    private final CaptureSpec spec;
    private final @Nullable Replay replay;
    private final @Nullable Recording recording;
    private final CaptureQueue queue;
    private final PortLife life = new PortLife(PortState.UP);

    private CapturePort(CaptureSpec spec, @Nullable Replay replay, @Nullable Recording recording) {
        this.spec = spec;
        this.replay = replay;
        this.recording = recording;
        queue = new CaptureQueue(this, replay, recording);
    }

    /** Opens the files that a spec text names. */
    public static CapturePort open(String spec) throws PortException {
        return open(CaptureSpec.of(PortSpec.parse(spec)));
    }

    static CapturePort open(CaptureSpec spec) throws PortException {
        if (spec.reads() && spec.writes() && isSameFile(spec)) {
            throw new PortException(
                    PortSpec.quote(spec.toString()) + " reads and writes one file", "write to another file");
        }
        Replay replay = spec.reads() ? openToRead(spec) : null;
        try {
            return new CapturePort(
                    spec, replay, spec.writes() ? Recording.open(Path.of(spec.out()), spec.toString()) : null);
        } catch (IOException e) {
            if (replay != null) {
                replay.close();
            }
            throw explain(
                    e, "cannot write " + PortSpec.quote(spec.out()), "name a file in a folder that you may write to");
        }
    }

    private static Replay openToRead(CaptureSpec spec) throws PortException {
        try {
            return Replay.open(spec);
        } catch (IOException e) {
            throw explain(
                    e, "cannot replay " + PortSpec.quote(spec.in()), "name a pcap or pcapng file of Ethernet frames");
        }
    }

    private static PortException explain(IOException e, String what, String hint) {
        String message = what + ": " + causeOf(e);
        return switch (e) {
            case NoSuchFileException missing -> PortException.notFound(message, hint, missing);
            case FileClaims.InUse _ ->
                new PortException(message, "name another file, or wait until that one is no longer used", e);
            default -> new PortException(message, hint, e);
        };
    }

    private static boolean isSameFile(CaptureSpec spec) {
        try {
            return Files.isSameFile(Path.of(spec.in()), Path.of(spec.out()));
        } catch (IOException e) {
            return false; // one of them is not there yet; opening says so if it has to be
        }
    }

    /** In words: the exceptions of files say no more than the name. */
    static String causeOf(IOException e) {
        return switch (e) {
            case NoSuchFileException _, FileNotFoundException _ -> "there is no such file or folder";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException failure when failure.getReason() != null -> failure.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    @Override
    public String spec() {
        return spec.toString();
    }

    @Override
    public int mtuBytes() {
        return MTU_BYTES;
    }

    @Override
    public PortState state() {
        return life.state();
    }

    @Override
    public List<CaptureQueue> queues() {
        return List.of(queue);
    }

    /** Frames that were accepted and then could not be written. */
    @Override
    public long peerDropped() {
        return recording == null ? 0 : recording.lost();
    }

    /** Enters a state and tells who serves the queue; GONE is for ever. Any thread. */
    void changeState(PortState to, String cause) {
        life.enter(to, cause, queue.context());
    }

    /** Ends both threads; what was accepted is written first. Waits for the disk, at most some seconds. */
    @Override
    public void close() {
        if (replay != null) {
            replay.close();
        }
        if (recording != null) {
            recording.close();
        }
    }
}
