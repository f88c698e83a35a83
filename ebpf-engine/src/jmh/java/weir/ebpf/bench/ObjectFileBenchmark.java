// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;

/** What reading an object file costs, microseconds. The default is of Debian's package libxdp1. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class ObjectFileBenchmark {
    @Param("/usr/lib/x86_64-linux-gnu/bpf/xdpfilt_alw_all.o")
    public String file = "";

    private byte[] bytes;

    @Setup(Level.Trial)
    public void read() throws IOException {
        bytes = Files.readAllBytes(Path.of(file));
    }

    @Benchmark
    public ObjectFile parse() throws ObjectFileException {
        return ObjectFile.parse(bytes);
    }
}
