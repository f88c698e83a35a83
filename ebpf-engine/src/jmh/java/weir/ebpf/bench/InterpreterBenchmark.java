// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.bench;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.memory.Mem;
import weir.ebpf.testing.TestObjects;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;

/**
 * What the checked interpreter costs, nanoseconds a frame: a UDP frame of 64 bytes through programs that parse headers
 * and count in maps, in batches of 64. Start from the root of the sources.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dweir.root=."})
public class InterpreterBenchmark {
    private static final int BATCH = 64;
    private static final int FRAME_BYTES = 64;
    private static final int SLOT_BYTES = 512;
    private static final int HEADROOM_BYTES = 256;

    /** An object of the tests with one program. */
    @Param({"parser_counters", "lpm_filter", "port_knock"})
    public String object = "parser_counters";

    private final Arena arena = Arena.ofConfined();
    private final XdpBatch batch = new XdpBatch(BATCH);
    private LoadedObject loaded;
    private EbpfProgram program;

    @Setup(Level.Trial)
    public void load() throws LoadException {
        loaded = LoadedObject.load(TestObjects.parse(object), LoadOptions.on(new DeterministicHost(1)));
        program = loaded.programs().values().iterator().next();
        byte[] frame = udpFrame();
        for (int i = 0; i < BATCH; i++) {
            long slot = arena.allocate(SLOT_BYTES, Long.BYTES).address();
            long data = slot + HEADROOM_BYTES;
            Mem.copyFrom(frame, 0, data, FRAME_BYTES);
            batch.add(slot, data, data + FRAME_BYTES, slot + SLOT_BYTES, 1, 0);
        }
        program.run(batch, 0);
        if (batch.actions()[0] == XdpAction.ABORTED) {
            throw new IllegalStateException(String.valueOf(batch.fault(0)));
        }
    }

    /** Ethernet, IPv4 without options, UDP from and to port 53. */
    private static byte[] udpFrame() {
        byte[] frame = new byte[FRAME_BYTES];
        frame[12] = 0x08;
        frame[14] = 0x45;
        frame[17] = FRAME_BYTES - 14;
        frame[22] = 64;
        frame[23] = 17;
        frame[26] = (byte) 198;
        frame[27] = 18;
        frame[30] = (byte) 198;
        frame[31] = 18;
        frame[35] = 53;
        frame[37] = 53;
        return frame;
    }

    @TearDown(Level.Trial)
    public void close() {
        loaded.close();
        arena.close();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public XdpBatch run() {
        program.run(batch, 0);
        return batch;
    }
}
