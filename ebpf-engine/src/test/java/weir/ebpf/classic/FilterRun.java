// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.classic;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import weir.ebpf.EbpfProgram;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.SystemHost;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.xdp.XdpBatch;

/** A translated filter under one engine, verified. */
public final class FilterRun implements AutoCloseable {
    private static final String NAME = "filter";
    private static final int LONGEST_FRAME = 1 << 17;

    private final LoadedObject object;
    private final EbpfProgram program;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate(LONGEST_FRAME, 64);
    private final XdpBatch batch = new XdpBatch(1);

    public FilterRun(ClassicFilter filter, Engine engine) throws ClassicFilterException, LoadException {
        ProgramSpec spec = filter.toXdp(NAME);
        object = LoadedObject.of(
                spec,
                List.of(),
                LoadOptions.on(new SystemHost(1)).onlyVerified().under(engine));
        program = object.program(NAME).orElseThrow();
    }

    /** What the filter returns, unsigned. */
    public long returned(byte[] frame) {
        MemorySegment.copy(frame, 0, memory, JAVA_BYTE, 0, frame.length);
        batch.clear();
        long data = memory.address();
        batch.add(data, data, data + frame.length, data + frame.length, 1, 0);
        program.run(batch, 0);
        assertEquals(XdpBatch.NO_FAULT, batch.faults()[0], () -> String.valueOf(batch.fault(0)));
        return Integer.toUnsignedLong(batch.actions()[0]);
    }

    @Override
    public void close() {
        object.close();
        arena.close();
    }
}
