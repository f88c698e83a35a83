// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MalformedCodeException;
import weir.ebpf.kernel.KernelVerifier;
import weir.ebpf.program.PathFacts;

/**
 * Known reasons for which a verdict differs from that of Linux 6.18; {@code docs/ebpf-support.md} explains them.
 * What the kernel alone refuses is run in the checking interpreter besides.
 */
final class VerdictDifference {
    private static final String UNEXPLAINED = "";
    private static final Set<AluOp> DIVISIONS = Set.of(AluOp.DIV, AluOp.SDIV, AluOp.MOD, AluOp.SMOD);

    private VerdictDifference() {}

    /** What the verifier would say, could it get such a program. */
    static Verification malformed(MalformedCodeException cause) {
        Violation violation = new Violation(
                ViolationKind.FORM,
                String.valueOf(cause.getMessage()),
                Violation.NONE,
                "",
                null,
                Violation.NONE,
                "",
                ViolationKind.FORM.rule(),
                "",
                "",
                List.of());
        return new Verification.Rejected(
                List.of(violation), new Statistics(0, 0, 0, 0, 0, Duration.ZERO), WalkLog.NONE);
    }

    /** Why the kernel refuses what is accepted here; empty where nothing explains it. */
    static String ofAccepted(Verification.Accepted ours, KernelVerifier.Verdict kernel) {
        if (kernel.message().startsWith("verifier bug: No program to jit")) {
            return "a callback that only dead code names, a fault of the kernel";
        }
        if (goesWhereNoRunGoes(kernel.path(), ours.program())) {
            return "on a path that no run takes, which narrower ranges prove";
        }
        boolean divides = ours.program().spec().code().instructions().stream()
                .anyMatch(each -> each instanceof Instruction.Alu alu && DIVISIONS.contains(alu.op()));
        if (divides) {
            return "after a division, of whose result it knows nothing";
        }
        return UNEXPLAINED;
    }

    private static boolean goesWhereNoRunGoes(List<Integer> path, VerifiedProgram program) {
        if (path.stream().anyMatch(program.facts().dead()::contains)) {
            return true;
        }
        for (int i = 1; i < path.size(); i++) {
            int from = path.get(i - 1);
            PathFacts.Branch branch = program.facts().paths().branches().get(from);
            if (branch != null && !branch.may(path.get(i) != from + 1)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Why a program is refused that the kernel accepts; empty where nothing explains it.
     *
     * @param unprivileged the kernel's verdict for who may not leak addresses
     */
    static String ofRefused(Violation violation, Supplier<KernelVerifier.Verdict> unprivileged) {
        return switch (violation.kind()) {
            case FORM -> "form, which is checked in dead code, too, and to the last field";
            case POINTER_LEAK, POINTER_COMPARISON, POINTER_ARITHMETIC, STALE_PACKET, RELEASED, UNDEFINED_REGISTER ->
                unprivileged.get().accepted() ? UNEXPLAINED : violation.kind() + ", as the kernel without CAP_PERFMON";
            case STACK_UNDEFINED ->
                unprivileged.get().accepted()
                        ? "STACK_UNDEFINED, where a part of the 8 bytes was written"
                        : "STACK_UNDEFINED, as the kernel without CAP_PERFMON";
            case NOT_A_POINTER ->
                isMap(violation) && !unprivileged.get().accepted()
                        ? "fields of struct bpf_map, as the kernel without CAP_PERFMON"
                        : UNEXPLAINED;
            default -> UNEXPLAINED;
        };
    }

    private static boolean isMap(Violation violation) {
        return violation.message().endsWith(" invalid mem access 'map_ptr'");
    }
}
