// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import java.time.Duration;
import java.util.List;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Decoder;
import weir.ebpf.isa.MalformedCodeException;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.random.ProgramGenerator;
import weir.ebpf.verifier.Verification;
import weir.ebpf.verifier.Verifier;
import weir.ebpf.verifier.VerifierOptions;

/**
 * Jazzer's entry: any bytes are refused as code by the one named exception, or get a verdict, for XDP and for
 * VALE-BPF; what the verifier accepts runs without a fault but for the budgets of callbacks and
 * instructions.
 */
public final class VerifierFuzzer {
    private static final List<MapSpec> MAPS = ProgramGenerator.allMaps();
    /** A tenth of what is usual, and less than Jazzer's own limit. */
    private static final VerifierOptions OPTIONS = new VerifierOptions(0, false, 100_000, Duration.ofSeconds(5));

    private static final int FRAME_BYTES = 80;
    private static final int MAX_MESSAGE = 4000;

    private VerifierFuzzer() {}

    public static void fuzzerTestOneInput(byte[] bytes) throws LoadException {
        Code code;
        try {
            code = Decoder.decode(bytes).withDescriptorsAsIndices();
        } catch (MalformedCodeException e) {
            return;
        }
        verify(ProgramSpec.of("fuzzed", code));
        verify(ProgramSpec.of("fuzzed", ProgramType.VALE, code));
    }

    private static void verify(ProgramSpec spec) throws LoadException {
        switch (Verifier.verify(spec, MAPS, OPTIONS)) {
            case Verification.Accepted _ -> run(spec);
            case Verification.Rejected(var violations, var _, var _) -> {
                if (violations.getFirst().text().length() > MAX_MESSAGE) {
                    throw new AssertionError("a long message: " + violations.getFirst());
                }
            }
        }
    }

    private static void run(ProgramSpec spec) throws LoadException {
        byte[] frame = new byte[FRAME_BYTES];
        for (int i = 0; i < frame.length; i++) {
            frame[i] = (byte) (i * i);
        }
        LoadOptions options = LoadOptions.on(new DeterministicHost(1));
        try (LoadedObject loaded = LoadedObject.of(spec, MAPS, options)) {
            TestRun.Result result =
                    TestRun.of(frame).run(loaded.program(spec.name()).orElseThrow());
            if (result.fault() != null && !result.fault().kind().isLimit()) {
                throw new AssertionError(result.fault().text());
            }
        }
    }
}
