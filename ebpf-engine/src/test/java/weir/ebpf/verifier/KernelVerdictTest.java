// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import weir.ebpf.LoadException;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Decoder;
import weir.ebpf.isa.Encoder;
import weir.ebpf.isa.MalformedCodeException;
import weir.ebpf.kernel.Capabilities;
import weir.ebpf.kernel.KernelCollection;
import weir.ebpf.kernel.KernelMap;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.kernel.KernelVerifier;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.random.Mutation;
import weir.ebpf.random.ProgramGenerator;
import weir.ebpf.random.RandomProgram;
import weir.ebpf.random.Seeds;
import weir.ebpf.random.Weights;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/**
 * Random programs and changes of them get the verdict that the running kernel gives, but for the differences
 * that {@code docs/ebpf-support.md} explains. Programs whose verdict nothing explains are left in {@code
 * target/verdicts}.
 */
@RequiresFeature(Feature.BPF_PROGRAMS)
class KernelVerdictTest {
    private static final int PROGRAMS = RunSize.of(100, 600);
    /** Of each program, beside the program itself. */
    private static final int MUTATIONS = 14;

    private static final int PACKETS = 20;
    private static final int ENOUGH = 10;

    private final ProgramGenerator generator = new ProgramGenerator(Weights.everything());
    private final TreeMap<String, Integer> counts = new TreeMap<>();
    private final List<String> unexplained = new ArrayList<>();

    @Test
    void verdictsAreTheKernelsWhereNothingExplainsADifference() throws KernelProgram.Rejected {
        for (long seed : Seeds.known(PROGRAMS)) {
            RandomProgram program = generator.generate(seed);
            try (KernelCollection maps = KernelCollection.load(List.of(), withoutPrograms(program.maps()), false)) {
                int[] descriptors = maps.maps().stream().mapToInt(KernelMap::fd).toArray();
                byte[] code = Encoder.encode(program.main().code());
                compare(program, code, descriptors);
                SplittableRandom random = new SplittableRandom(seed);
                for (int i = 0; i < MUTATIONS; i++) {
                    compare(program, Mutation.of(code, random), descriptors);
                }
            }
            if (unexplained.size() >= ENOUGH) {
                break;
            }
        }
        counts.forEach((what, count) -> System.out.println(count + " " + what));
        assertEquals(List.of(), unexplained, () -> String.join("\n", unexplained));
        assertTrue(counts.getOrDefault("both accept", 0) > 0 && counts.getOrDefault("both refuse", 0) > 0);
    }

    /** No program is there to be called: program arrays stay empty. */
    private static List<MapSpec> withoutPrograms(List<MapSpec> maps) {
        return maps.stream()
                .map(map -> map.type() == MapType.PROG_ARRAY ? map.withContents(List.of()) : map)
                .toList();
    }

    private void compare(RandomProgram program, byte[] code, int[] descriptors) {
        KernelVerifier.Verdict kernel = KernelVerifier.verdict(program.main(), code, descriptors);
        Verification ours = verify(program, code);
        boolean isAccepted = ours instanceof Verification.Accepted;
        if (isAccepted == kernel.accepted()) {
            count(isAccepted ? "both accept" : "both refuse");
            return;
        }
        switch (ours) {
            case Verification.Accepted accepted -> {
                String misfit = misfit(program, accepted);
                String why = misfit.isEmpty() ? VerdictDifference.ofAccepted(accepted, kernel) : "";
                note(program, code, "kernel alone refuses: ", why, kernel.message() + misfit);
            }
            case Verification.Rejected rejected -> {
                Violation violation = rejected.violations().getFirst();
                String why = VerdictDifference.ofRefused(
                        violation, () -> decoded(code), () -> unprivileged(program, code, descriptors));
                note(program, code, "weir alone refuses: ", why, violation.kind() + " " + violation.text());
            }
        }
    }

    /** Of a program that was verified, so that it could be decoded. */
    private static Code decoded(byte[] code) {
        try {
            return Decoder.decode(code);
        } catch (MalformedCodeException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KernelVerifier.Verdict unprivileged(RandomProgram program, byte[] code, int[] descriptors) {
        try (Capabilities _ = Capabilities.withoutPerfmon()) {
            return KernelVerifier.verdict(program.main(), code, descriptors);
        }
    }

    /** What goes wrong when a program runs that the kernel refuses; empty if nothing does. */
    private static String misfit(RandomProgram program, Verification.Accepted accepted) {
        try {
            return BeliefCheck.of(program.withMainCode(accepted.program().spec().code()), PACKETS)
                    .misfit();
        } catch (LoadException e) {
            return " not loaded: " + e.getMessage();
        }
    }

    private static Verification verify(RandomProgram program, byte[] code) {
        ProgramSpec spec;
        try {
            spec = program.withMainCode(Decoder.decode(code)).main();
        } catch (MalformedCodeException e) {
            return VerdictDifference.malformed(e);
        }
        return Verifier.verify(spec, program.maps(), HelperTable.xdp(), VerifierOptions.standard());
    }

    private void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    private void note(RandomProgram program, byte[] code, String who, String why, String message) {
        if (!why.isEmpty()) {
            count(who + why);
            return;
        }
        count(who + "not explained");
        Path file = Path.of("target", "verdicts", "seed-" + program.seed() + "-" + unexplained.size() + ".txt");
        String text = "# " + who + message + "\n" + HexFormat.of().formatHex(code) + "\n";
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        unexplained.add(String.format(Locale.ROOT, "%s: %s%s", file, who, message));
    }
}
