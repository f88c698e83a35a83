// SPDX-License-Identifier: Apache-2.0

package weir.control.capture;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import weir.control.plane.ControlException;
import weir.control.plane.ControlException.Code;
import weir.control.plane.ControlPlane;
import weir.control.text.FileTrouble;
import weir.core.Switch;
import weir.core.capture.CaptureSettings;
import weir.core.capture.FilterException;
import weir.ports.pcap.CaptureSink;
import weir.ports.pcap.RingFiles;

/**
 * Captures that run for clients, into files of one folder or into streams. They end by themselves, with their client, with
 * their switch, or when somebody says so. Any thread that may wait.
 */
public final class CaptureService implements AutoCloseable {
    /** Captures at a time: each has a buffer for every worker, and a thread. */
    public static final int MAX_RUNNING = 32;

    private static final int ENDED_KEPT = 64;

    private final ControlPlane plane;
    private final Path folder;
    private final RunningJobs<RunningCapture> running = new RunningJobs<>("captures", MAX_RUNNING);
    private final Deque<CaptureReport> ended = new ArrayDeque<>();
    private final Map<String, CaptureTotals> totals = new HashMap<>();

    /** @param folder for files; made when the first is written */
    public CaptureService(ControlPlane plane, Path folder) {
        this.plane = plane;
        this.folder = folder;
    }

    /**
     * Begins a capture into a file.
     *
     * @throws ControlException when there is no such switch or port, the filter cannot be used, or the file is there already
     */
    public CaptureReport toFile(CaptureRequest request, CaptureRequest.File file) throws ControlException {
        Path path = folder.resolve(file.name());
        return begin(request, path.toString(), () -> sink(request, file, path), () -> {});
    }

    /**
     * Begins a capture into a stream, which is closed when the capture ends.
     *
     * @param stream written by one thread of the capture's; what it throws ends the capture
     * @param whenEnded called once when the capture has ended
     */
    public CaptureReport toStream(CaptureRequest request, OutputStream stream, Runnable whenEnded)
            throws ControlException {
        return begin(request, null, () -> CaptureSink.to(stream, request.snapBytes()), whenEnded);
    }

    /** Makes what writes a capture. */
    @FunctionalInterface
    private interface Sinks {
        CaptureSink open() throws IOException;
    }

    private CaptureSink sink(CaptureRequest request, CaptureRequest.File file, Path path) throws IOException {
        Files.createDirectories(folder);
        if (file.files() == 0) {
            OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return CaptureSink.to(out, request.snapBytes());
        }
        RingFiles ring = new RingFiles(path, file.files(), file.maxBytes());
        try (Stream<Path> there = Files.list(folder)) {
            if (there.anyMatch(ring::isOne)) {
                throw new FileAlreadyExistsException(path.toString());
            }
        }
        return CaptureSink.to(ring, request.snapBytes());
    }

    private CaptureReport begin(CaptureRequest request, @Nullable String file, Sinks sinks, Runnable whenEnded)
            throws ControlException {
        Switch sw = plane.require(request.switchName(), request.port());
        CaptureSettings settings = request.settings();
        RequestedFilter filter = request.filter();
        if (filter != null) {
            settings = settings.withFilter(filter.blueprint(plane.objects()));
        }
        RunningCapture capture = running.admit(id -> new RunningCapture(id, request, file, running.ends(), ended -> {
            remember(ended);
            whenEnded.run();
        }));
        boolean isBegun = false;
        try {
            capture.begin(sw, settings, sinks.open());
            isBegun = true;
        } catch (FilterException e) {
            throw RequestedFilter.refused(e);
        } catch (FileAlreadyExistsException e) {
            throw ControlException.conflict(
                    "file " + e.getFile() + " is there already", "choose another name, or remove it");
        } catch (IOException e) {
            throw new ControlException(
                    Code.STORAGE,
                    "cannot write " + file + ": " + FileTrouble.of(e),
                    "the state folder must exist, be writable and have room",
                    List.of(),
                    List.of(),
                    e);
        } finally {
            if (!isBegun) {
                running.remove(capture);
            }
        }
        running.endAfter(capture, request.seconds());
        return capture.report();
    }

    private synchronized void remember(RunningCapture capture) {
        if (!running.remove(capture)) {
            return;
        }
        totals.merge(
                capture.request().switchName(), CaptureTotals.NONE.plusEnded(capture.counters()), CaptureTotals::plus);
        CaptureReport report = capture.report();
        if (report.file() != null) {
            ended.addLast(report);
            if (ended.size() > ENDED_KEPT) {
                ended.removeFirst();
            }
        }
    }

    /** Those that run and the last ones that wrote files, by id, oldest first. */
    public synchronized Map<Integer, CaptureReport> list() {
        Map<Integer, CaptureReport> all = new LinkedHashMap<>();
        ended.forEach(report -> all.put(report.id(), report));
        running.all().forEach(capture -> all.put(capture.id(), capture.report()));
        return all;
    }

    /**
     * One of {@link #list}.
     *
     * @throws ControlException when there is none of that id
     */
    public CaptureReport show(int id) throws ControlException {
        CaptureReport report = list().get(id);
        if (report == null) {
            throw ControlException.notFound("no capture " + id, "GET /v1/captures lists them");
        }
        return report;
    }

    /**
     * Ends a capture; everything that it took is written when this returns.
     *
     * @throws ControlException when none of that id runs
     */
    public CaptureReport end(int id) throws ControlException {
        RunningCapture capture = running.find(id);
        if (capture == null) {
            List<Integer> ids = running.all().stream().map(RunningCapture::id).toList();
            throw ControlException.notFound(
                    "no capture " + id + " runs", ids.isEmpty() ? "" : "those that run are " + ids);
        }
        capture.end("ended");
        return capture.report();
    }

    /** Ends a capture for another reason than that somebody asked for it, unless it has ended. */
    public void endIfRunning(int id, String why) {
        running.endIfRunning(id, why);
    }

    /** What captures of a switch counted so far. Never falls, but for those that run. */
    public synchronized CaptureTotals totals(String switchName) {
        CaptureTotals sum = totals.getOrDefault(switchName, CaptureTotals.NONE);
        for (RunningCapture capture : running.all()) {
            if (capture.request().switchName().equals(switchName)) {
                sum = sum.plusRunning(capture.counters());
            }
        }
        return sum;
    }

    /** Ends all of them. */
    @Override
    public void close() {
        running.close();
    }
}
