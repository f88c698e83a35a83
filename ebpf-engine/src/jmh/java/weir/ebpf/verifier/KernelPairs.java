// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Encoder;
import weir.ebpf.kernel.KernelCollection;
import weir.ebpf.kernel.KernelMap;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.kernel.KernelVerifier;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;

/**
 * Verifies in turn in the running kernel and here, and prints how many times as long it takes here: the median of
 * the pairs, with the least and the most. Needs root, and the objects of the Debian package libxdp1.
 */
public final class KernelPairs {
    private static final Path OBJECT = Path.of("/usr/lib/x86_64-linux-gnu/bpf/xdpfilt_alw_all.o");
    private static final int WARM_UP = 30;
    private static final int PAIRS = 31;

    private KernelPairs() {}

    public static void main(String[] arguments) throws IOException, ObjectFileException, KernelProgram.Rejected {
        ObjectFile object = ObjectFile.parse(Files.readAllBytes(OBJECT));
        measure(object.programs().getFirst(), object.maps());
        measure(HostilePrograms.ORDINARY.spec(), List.of());
    }

    private static void measure(ProgramSpec spec, List<MapSpec> maps) throws KernelProgram.Rejected {
        try (KernelCollection live = KernelCollection.load(List.of(), maps, false)) {
            int[] descriptors = live.maps().stream().mapToInt(KernelMap::fd).toArray();
            byte[] code = Encoder.encode(spec.code());
            for (int i = 0; i < WARM_UP; i++) {
                verify(spec, maps);
            }
            double[] ratios = new double[PAIRS];
            long[] kernel = new long[PAIRS];
            long[] here = new long[PAIRS];
            for (int i = 0; i < PAIRS; i++) {
                KernelVerifier.Verdict verdict = KernelVerifier.verdict(spec, code, descriptors);
                if (!verdict.accepted()) {
                    throw new IllegalStateException(verdict.message());
                }
                kernel[i] = verdict.time().toNanos();
                here[i] = verify(spec, maps).time().toNanos();
                ratios[i] = (double) here[i] / kernel[i];
            }
            Arrays.sort(ratios);
            System.out.printf(
                    "%s: %d slots, %d instructions walked; kernel %d us, here %d us; ratio %.2f (%.2f to %.2f)%n",
                    spec.name(),
                    spec.code().slots(),
                    verify(spec, maps).instructions(),
                    median(kernel) / 1000,
                    median(here) / 1000,
                    ratios[PAIRS / 2],
                    ratios[0],
                    ratios[PAIRS - 1]);
        }
    }

    private static Statistics verify(ProgramSpec spec, List<MapSpec> maps) {
        Verification verification = Verifier.verify(spec, maps, HelperTable.xdp(), VerifierOptions.standard());
        if (verification instanceof Verification.Rejected rejected) {
            throw new IllegalStateException(rejected.violations().getFirst().text());
        }
        return verification.statistics();
    }

    private static long median(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
