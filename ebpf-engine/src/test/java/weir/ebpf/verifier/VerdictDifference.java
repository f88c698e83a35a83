// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Code;
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
     * @param code of the program
     * @param unprivileged the kernel's verdict for who may not leak addresses
     */
    static String ofRefused(Violation violation, Supplier<Code> code, Supplier<KernelVerifier.Verdict> unprivileged) {
        return switch (violation.kind()) {
            case INFINITE_LOOP ->
                isOnALoopRoundACallback(code.get(), violation.slot())
                        ? "a loop round a call of a helper that calls back, which the kernel takes for the helper's own"
                        : UNEXPLAINED;
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

    /**
     * Whether the way from an instruction back to itself can lead over a call of a helper that calls back: the kernel compares
     * states there by range ({@code is_state_visited}, {@code calls_callback}).
     */
    private static boolean isOnALoopRoundACallback(Code code, int slot) {
        FlowGraph flow = new FlowGraph(code, HelperTable.xdp());
        return reached(code, slot).stream()
                .filter(flow::callsBack)
                .anyMatch(each -> reached(code, each).get(slot));
    }

    /** Instructions of the same function that can come after one, itself if it is on a loop. */
    private static BitSet reached(Code code, int slot) {
        BitSet reached = new BitSet();
        Deque<Integer> open = new ArrayDeque<>(next(code, slot));
        while (!open.isEmpty()) {
            int each = open.pop();
            if (!reached.get(each)) {
                reached.set(each);
                next(code, each).forEach(open::push);
            }
        }
        return reached;
    }

    private static List<Integer> next(Code code, int slot) {
        return switch (code.at(slot)) {
            case null -> List.of();
            case Instruction.Exit _ -> List.of();
            case Instruction.Jump jump -> List.of(slot + 1 + jump.offset());
            case Instruction.Branch branch -> List.of(slot + 1, slot + 1 + branch.offset());
            case Instruction other -> List.of(slot + other.slots());
        };
    }

    private static boolean isMap(Violation violation) {
        return violation.message().endsWith(" invalid mem access 'map_ptr'");
    }
}
