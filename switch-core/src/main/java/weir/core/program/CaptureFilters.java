// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import weir.core.capture.FilterException;
import weir.core.capture.FrameFilter;
import weir.core.frame.FrameBatch;
import weir.core.frame.FramePool;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.SystemHost;
import weir.ebpf.btf.Btf;
import weir.ebpf.classic.ClassicFilter;
import weir.ebpf.classic.ClassicFilterException;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;

/**
 * Filters of captures: classic BPF, and programs for XDP. Both are verified and compiled, and run on the workers, so that
 * frames that nobody wants take neither room in the buffer nor time of its reader.
 */
public final class CaptureFilters {
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
    private static final String CLASSIC = "classic";

    private CaptureFilters() {}

    /**
     * A filter from the bytes of a file: an object file with a program for XDP, or a text as {@code tcpdump -ddd} prints
     * it.
     *
     * @param program name of the program of an object file; may be empty when it has only one
     * @throws FilterException when it is neither
     */
    public static FrameFilter of(byte[] file, String program) throws FilterException {
        if (file.length < ELF.length || !Arrays.equals(ELF, Arrays.copyOf(file, ELF.length))) {
            return classic(new String(file, StandardCharsets.ISO_8859_1));
        }
        try {
            return xdp(ObjectFile.parse(file), program);
        } catch (ObjectFileException e) {
            throw new FilterException(String.valueOf(e.getMessage()), "", e);
        }
    }

    /**
     * A filter in classic BPF. What it returns is how many bytes of the frame are captured, 0 for none.
     *
     * @param text as {@code tcpdump -ddd EXPRESSION} prints it
     */
    public static FrameFilter classic(String text) throws FilterException {
        try {
            return new Blueprint(objectOf(ClassicFilter.parse(text).toXdp(CLASSIC)), CLASSIC, true);
        } catch (ClassicFilterException e) {
            throw new FilterException(
                    "classic BPF: " + e.getMessage(), "tcpdump -ddd -y EN10MB EXPRESSION prints a filter", e);
        }
    }

    /**
     * A program for XDP: frames for which it returns {@code XDP_PASS} are captured.
     *
     * @param name of the program; may be empty when there is only one
     */
    public static FrameFilter xdp(ObjectFile object, String name) throws FilterException {
        try {
            ProgramSpec spec = AttachedProgram.choose(object, name);
            if (spec.type() != ProgramType.XDP) {
                throw new FilterException("program " + spec.name() + " is no program for XDP", "");
            }
            return new Blueprint(object, spec.name(), false);
        } catch (LoadException e) {
            throw new FilterException(String.valueOf(e.getMessage()), "", e);
        }
    }

    private static ObjectFile objectOf(ProgramSpec program) {
        return new ObjectFile(List.of(program), List.of(), program.license(), Btf.EMPTY);
    }

    private record Blueprint(ObjectFile object, String name, boolean returnsBytes) implements FrameFilter {
        private static final Duration WARM_UP = Duration.ofSeconds(1);

        @Override
        public Live load(int workers, FramePool pool) throws FilterException {
            LoadedObject loaded;
            try {
                LoadOptions options = LoadOptions.on(new SystemHost(workers))
                        .onlyVerified()
                        .under(new Engine.Jit(Engine.JitFallback.WARN, true))
                        .only(name::equals);
                loaded = LoadedObject.load(object, options);
            } catch (LoadException e) {
                throw new FilterException(String.valueOf(e.getMessage()), "", e);
            }
            ProgramFacts facts = loaded.facts(name).orElseThrow();
            if (PreparedProgram.of(loaded.program(name).orElseThrow(), facts).writes()) {
                loaded.close();
                throw new FilterException(
                        "program " + name + " writes frames or moves their bounds, or may by a tail call",
                        "a filter of a capture only looks: others hold the same frame");
            }
            loaded.warmUp(WARM_UP);
            return new LiveProgram(loaded, name, returnsBytes, workers, pool);
        }
    }

    private static final class LiveProgram implements FrameFilter.Live {
        private static final int ALL = -1;

        private final LoadedObject object;
        private final PreparedProgram program;
        private final boolean returnsBytes;
        private final FrameLoader loader;
        private final XdpBatch[] batches;

        LiveProgram(LoadedObject object, String name, boolean returnsBytes, int workers, FramePool pool) {
            this.object = object;
            this.returnsBytes = returnsBytes;
            program = PreparedProgram.of(
                    object.program(name).orElseThrow(), object.facts(name).orElseThrow());
            loader = new FrameLoader(pool);
            batches = new XdpBatch[workers];
            Arrays.setAll(batches, worker -> new XdpBatch(FrameBatch.MAX_CAPACITY));
        }

        @Override
        public void run(int worker, long[] frames, int from, int count, int portNumber, int[] keep) {
            XdpBatch batch = batches[worker];
            batch.resize(count);
            loader.loadRange(frames, from, count, batch);
            run(batch, worker, portNumber);
            for (int i = 0; i < count; i++) {
                keep[i] = wanted(batch, i);
            }
        }

        @Override
        public int run(int worker, long address, int lengthBytes, int portNumber) {
            XdpBatch batch = batches[worker];
            batch.resize(1);
            batch.datas()[0] = address;
            batch.ends()[0] = address + lengthBytes;
            run(batch, worker, portNumber);
            return wanted(batch, 0);
        }

        private void run(XdpBatch batch, int worker, int portNumber) {
            if (program.readsPort()) {
                Arrays.fill(batch.ingressPorts(), 0, batch.size(), portNumber);
            }
            program.program().run(batch, worker);
        }

        private int wanted(XdpBatch batch, int i) {
            if (batch.faults()[i] != XdpBatch.NO_FAULT) {
                return 0;
            }
            int action = batch.actions()[i];
            return returnsBytes ? action : action == XdpAction.PASS ? ALL : 0;
        }

        @Override
        public void close() {
            object.close();
        }
    }
}
