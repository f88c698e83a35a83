// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadException;
import weir.ebpf.helper.HelperTable;

/**
 * What a frame costs under each engine, and what compiling costs. For ratios {@link Comparison} is the
 * better tool: it runs everything in turn.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class ProgramBenchmark {
    /** Of {@link Workload}. */
    @Param({"nologic", "pkt_count", "parser", "bridge_always", "bridge_change", "generated:4000", "generated:10000"})
    public String program = "nologic";

    /** Interpreter, compiled with checks, compiled without. */
    @Param({"interpreter", "checked", "raw"})
    public String engine = "checked";

    private Workload workload;
    private EbpfProgram running;

    /** Loads the program. */
    @Setup
    public void load() throws LoadException {
        workload = new Workload(program);
        running = switch (engine) {
            case "interpreter" -> workload.interpreted();
            case "checked" -> workload.compiled(true);
            default -> workload.compiled(false);
        };
    }

    /** Frees it. */
    @TearDown
    public void close() {
        workload.close();
    }

    /** One frame of 256. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    @OperationsPerInvocation(Workload.FRAMES)
    public int frame() {
        running.run(workload.batch, 0);
        return workload.batch.actions()[0];
    }

    /** Analysing the program, making its class file and defining the class; the engine does not matter. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public Object compile() throws JitException {
        CompiledUnit unit = ClassEmitter.emit(
                workload.spec, Facts.NONE, HelperTable.xdp(), workload.maps, true, ClassEmitter.context());
        return CompiledProgram.define(unit);
    }
}
