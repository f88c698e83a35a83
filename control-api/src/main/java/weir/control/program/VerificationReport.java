// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.ebpf.ObjectFile;
import weir.ebpf.isa.MalformedCodeException;
import weir.ebpf.program.InstructionText;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.verifier.Statistics;
import weir.ebpf.verifier.Verification;
import weir.ebpf.verifier.Verifier;
import weir.ebpf.verifier.VerifierOptions;
import weir.ebpf.verifier.WalkLog;

/**
 * What the verifier says about the programs of an object.
 *
 * @param file the object file; null for instructions that were typed
 * @param programs by name, in the object's order
 * @param notVerified by name: why not
 */
@JsonNaming(SnakeCaseStrategy.class)
public record VerificationReport(
        @Nullable String file,
        int accepted,
        int rejected,
        Map<String, Program> programs,
        Map<String, String> notVerified) {
    /**
     * One program.
     *
     * @param slots of its code
     * @param walk what it took
     * @param violations why it is rejected; empty when it is accepted
     * @param log of the walk, its end where it is long; null where none was asked for
     * @param logLeftOut what is missing of its beginning; null where no log was asked for
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Program(
            String section,
            Verdict verdict,
            int slots,
            Walk walk,
            List<ViolationReport> violations,
            @Nullable String log,
            @Nullable LeftOut logLeftOut) {
        /** The verdict about one program, and its log as far as asked for. */
        public static Program of(ProgramSpec spec, ObjectFile object, int logLevel) {
            Verification verification = Verifier.verify(
                    spec, object.maps(), VerifierOptions.standard().withLogLevel(logLevel));
            return new Program(
                    spec.section(),
                    verification instanceof Verification.Accepted ? Verdict.ACCEPTED : Verdict.REJECTED,
                    spec.code().slots(),
                    Walk.of(verification.statistics()),
                    verification instanceof Verification.Rejected rejected
                            ? rejected.violations().stream()
                                    .map(each -> ViolationReport.of(
                                            each, spec, InstructionText.of(spec.type(), object.maps())))
                                    .toList()
                            : List.of(),
                    logLevel == 0 ? null : verification.log().text(),
                    logLevel == 0 ? null : LeftOut.of(verification.log()));
        }
    }

    /** The beginning of a log that is too long to be kept. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record LeftOut(long lines, long bytes) {
        static LeftOut of(WalkLog log) {
            return new LeftOut(log.leftOutLines(), log.leftOutBytes());
        }
    }

    /**
     * What a verification took.
     *
     * @param instructions each as often as a path came by
     * @param storedStates that later paths were compared with
     * @param peakStates most of them at one time
     * @param pendingBranches most that waited at one time
     * @param stackBytes of the deepest chain of calls; 0 where the program is rejected
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Walk(
            long instructions, long storedStates, long peakStates, int pendingBranches, int stackBytes, long timeNs) {
        static Walk of(Statistics statistics) {
            return new Walk(
                    statistics.instructions(),
                    statistics.storedStates(),
                    statistics.peakStates(),
                    statistics.pending(),
                    statistics.stackBytes(),
                    statistics.time().toNanos());
        }
    }

    /**
     * Verifies programs one after the other.
     *
     * @param file for the report; null for instructions that were typed
     * @param logLevel 0 to 2, as in {@link VerifierOptions}
     */
    public static VerificationReport of(
            @Nullable String file,
            ObjectFile object,
            List<ProgramSpec> programs,
            Map<String, String> notVerified,
            int logLevel) {
        Map<String, Program> reports = new LinkedHashMap<>();
        programs.forEach(spec -> reports.put(spec.name(), Program.of(spec, object, logLevel)));
        return of(file, reports, notVerified);
    }

    private static VerificationReport of(
            @Nullable String file, Map<String, Program> reports, Map<String, String> notVerified) {
        int rejected = (int) reports.values().stream()
                .filter(each -> each.verdict() == Verdict.REJECTED)
                .count();
        return new VerificationReport(file, reports.size() - rejected, rejected, reports, notVerified);
    }

    /** What is said about typed bytes that are no instructions: the program is rejected before the first step. */
    public static VerificationReport malformed(MalformedCodeException e) {
        ViolationReport violation = ViolationReport.malformed(e.slot(), e.rule());
        Program program =
                new Program("xdp", Verdict.REJECTED, 0, new Walk(0, 0, 0, 0, 0, 0), List.of(violation), null, null);
        return of(null, Map.of(RawProgram.NAME, program), Map.of());
    }
}
