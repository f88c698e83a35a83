// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import weir.ebpf.xdp.XdpBatch;

/** The programs of {@code programs.c} as gcc -O2 makes them for this machine, over maps of their own. */
final class NativePrograms implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final Path library;
    private final MethodHandle run;
    private final MemorySegment datas = arena.allocate(JAVA_LONG, Workload.FRAMES);
    private final MemorySegment ends = arena.allocate(JAVA_LONG, Workload.FRAMES);
    private final MemorySegment ports = arena.allocate(JAVA_INT, Workload.FRAMES);
    private final MemorySegment actions = arena.allocate(JAVA_INT, Workload.FRAMES);

    @SuppressWarnings("restricted")
    NativePrograms() throws IOException, InterruptedException {
        library = Files.createTempFile("programs", ".so");
        Path source = Path.of(System.getProperty("weir.root", "."), "ebpf-engine/src/jmh/ebpf/native.c");
        Process gcc = new ProcessBuilder("gcc", "-O2", "-shared", "-fPIC", source.toString(), "-o", library.toString())
                .inheritIO()
                .start();
        if (gcc.waitFor() != 0) {
            throw new IOException("gcc failed");
        }
        // SAFETY: run and put_flow of native.c take what is described here.
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, arena);
        run = Linker.nativeLinker()
                .downcallHandle(
                        symbols.findOrThrow("run"),
                        FunctionDescriptor.of(
                                JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT));
        MethodHandle putFlow = Linker.nativeLinker()
                .downcallHandle(symbols.findOrThrow("put_flow"), FunctionDescriptor.ofVoid(ADDRESS));
        MemorySegment key = arena.allocate(16, 8);
        for (int i = 0; i < Workload.FRAMES; i++) {
            key.copyFrom(MemorySegment.ofArray(Workload.flow(i)));
            call(putFlow, key);
        }
    }

    private static void call(MethodHandle function, MemorySegment argument) {
        try {
            function.invokeExact(argument);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** Runs a program of {@link Workload#PROGRAMS} on all frames. */
    void run(int program, XdpBatch batch, int rounds) {
        for (int i = 0; i < Workload.FRAMES; i++) {
            datas.setAtIndex(JAVA_LONG, i, batch.datas()[i]);
            ends.setAtIndex(JAVA_LONG, i, batch.ends()[i]);
            ports.setAtIndex(JAVA_INT, i, batch.ingressPorts()[i]);
        }
        try {
            long nanos = (long) run.invokeExact(program, Workload.FRAMES, datas, ends, ports, actions, rounds);
            if (nanos < 0) {
                throw new IllegalStateException("the clock went back");
            }
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    @Override
    public void close() throws IOException {
        arena.close();
        Files.deleteIfExists(library);
    }
}
