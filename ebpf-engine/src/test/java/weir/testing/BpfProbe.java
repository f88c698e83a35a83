// SPDX-License-Identifier: Apache-2.0
package weir.testing;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Whether the running kernel loads a program of two instructions. A kernel whose code memory for
 * programs is locked for ever (see {@code FreedPrograms}) never comes back from {@code BPF_PROG_LOAD},
 * and its caller can't be killed. So the probe is a process of its own that nobody waits for long; a
 * build script can run this file as it is: {@code java BpfProbe.java}.
 *
 * <p>Exit code: 0 it was loaded, 1 it was refused.
 */
public final class BpfProbe {
    private static final long PATIENCE_SECONDS = 30;

    // union bpf_attr of BPF_PROG_LOAD, uapi/linux/bpf.h
    private static final int PROG_LOAD = 5;
    private static final int PROG_TYPE_XDP = 6;
    private static final int ATTR_BYTES = 128;
    private static final long PROG_TYPE = 0;
    private static final long INSN_CNT = 4;
    private static final long INSNS = 8;
    private static final long LICENSE = 16;

    /** {@code r0 = 2; exit}. */
    private static final String CODE = "b700000002000000" + "9500000000000000";

    private BpfProbe() {}

    /** Why no program can be loaded; empty when one can. */
    static Optional<String> gap() {
        try {
            Process probe = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            Path.of(BpfProbe.class
                                            .getProtectionDomain()
                                            .getCodeSource()
                                            .getLocation()
                                            .toURI())
                                    .toString(),
                            BpfProbe.class.getName())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!probe.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return Optional.of("BPF_PROG_LOAD has not come back for " + PATIENCE_SECONDS
                        + " s: the kernel's BPF is stuck; restart the machine");
            }
            return probe.exitValue() == 0
                    ? Optional.empty()
                    : Optional.of("BPF_PROG_LOAD is refused; run the build as root");
        } catch (IOException | java.net.URISyntaxException e) {
            return Optional.of("the probe of bpf(2) cannot be started: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    /** The probe itself. */
    @SuppressWarnings("restricted")
    public static void main(String[] arguments) throws Throwable {
        long number = System.getProperty("os.arch").equals("aarch64") ? 280 : 321;
        Linker linker = Linker.nativeLinker();
        // SAFETY: name and descriptor after syscall(2); attr and what it points to live until the call is over.
        var syscall = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ValueLayout.ADDRESS, JAVA_INT),
                Linker.Option.firstVariadicArg(1));
        try (Arena arena = Arena.ofConfined()) {
            byte[] code = HexFormat.of().parseHex(CODE);
            MemorySegment attributes = arena.allocate(ATTR_BYTES, 8);
            attributes.set(JAVA_INT, PROG_TYPE, PROG_TYPE_XDP);
            attributes.set(JAVA_INT, INSN_CNT, code.length / 8);
            attributes.set(JAVA_LONG, INSNS, arena.allocateFrom(JAVA_BYTE, code).address());
            attributes.set(JAVA_LONG, LICENSE, arena.allocateFrom("GPL").address());
            long result = (long) syscall.invokeExact(number, PROG_LOAD, attributes, ATTR_BYTES);
            System.exit(result >= 0 ? 0 : 1);
        }
    }
}
