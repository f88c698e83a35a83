// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import weir.ebpf.LoadException;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.interpreter.CheckedProgram;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.Signature;

/**
 * Proves that nothing unsafe can happen when a program runs, or says why not. It walks every path with
 * what registers and stack may hold, as the kernel's verifier does ({@code kernel/bpf/verifier.c} of Linux
 * 6.18), and gives the kernel's verdict but where {@code docs/ebpf-support.md} says otherwise.
 *
 * <p>Time and memory are bounded for any input, see {@link VerifierOptions}. No state is shared; any number
 * of threads may verify at once.
 */
public final class Verifier {
    /** Functions of a program, itself among them; {@code BPF_MAX_SUBPROGS} of {@code linux/bpf_verifier.h}. */
    private static final int MAX_FUNCTIONS = 256;

    private final Surroundings surroundings;
    private final FlowGraph flow;
    private final VerifierLog log;
    private final Explorer explorer;
    private final StackDepth depth;

    private Verifier(
            ProgramSpec spec,
            List<MapSpec> maps,
            HelperTable helpers,
            VerifierOptions options,
            StateObserver observer) {
        surroundings = new Surroundings(spec, maps, helpers, options);
        flow = new FlowGraph(spec.code(), helpers);
        log = new VerifierLog(spec, options.logLevel());
        explorer = new Explorer(surroundings, flow, log, observer);
        depth = new StackDepth(surroundings, flow);
    }

    /**
     * Verifies a program that may call the helpers for XDP.
     *
     * @param maps the object's, by the index that the code uses
     */
    public static Verification verify(ProgramSpec spec, List<MapSpec> maps, VerifierOptions options) {
        return verify(spec, maps, HelperTable.xdpInSwitch(), options);
    }

    /**
     * Verifies a program.
     *
     * @param maps the object's, by the index that the code uses
     * @param helpers that it may call
     */
    @SuppressWarnings("exports") // other tables than that for XDP are for this module
    public static Verification verify(
            ProgramSpec spec, List<MapSpec> maps, HelperTable helpers, VerifierOptions options) {
        return verify(spec, maps, helpers, options, StateObserver.NONE);
    }

    static Verification verify(
            ProgramSpec spec,
            List<MapSpec> maps,
            HelperTable helpers,
            VerifierOptions options,
            StateObserver observer) {
        long start = System.nanoTime();
        try {
            var _ = CheckedProgram.of(spec, helpers, maps);
        } catch (LoadException e) {
            return new Verification.Rejected(
                    List.of(malformed(spec, e)),
                    new Statistics(0, 0, 0, 0, 0, Duration.ofNanos(System.nanoTime() - start)),
                    "");
        }
        return new Verifier(spec, maps, helpers, options, observer).verify();
    }

    private static Violation malformed(ProgramSpec spec, LoadException e) {
        int slot = e.slot();
        return new Violation(
                ViolationKind.FORM,
                e.what(),
                slot,
                "",
                slot < 0 ? null : spec.lineAt(slot),
                Violation.NONE,
                "",
                ViolationKind.FORM.rule(),
                e.what(),
                "",
                List.of());
    }

    private Verification verify() {
        try {
            checkFunctions();
            int unreachable = flow.unreachable();
            if (unreachable >= 0) {
                throw surroundings.refuse(unreachable, ViolationKind.UNREACHABLE, "unreachable insn " + unreachable);
            }
            explorer.explore(start());
            exploreGlobals();
            depth.check();
            surroundings.alignment().check(surroundings);
        } catch (Refusal e) {
            log.refused(e.violation());
            return new Verification.Rejected(List.of(e.violation()), explorer.statistics(0), log.text());
        }
        ProgramFacts facts = surroundings.facts().facts(surroundings.spec().code(), depth.bytes(), depth.frames());
        return new Verification.Accepted(
                new VerifiedProgram(surroundings.spec(), facts), explorer.statistics(depth.bytes()), log.text());
    }

    /** Each is looked at with all that it calls: their number is bounded as it is in the kernel. */
    private void checkFunctions() {
        int functions = flow.functions().size();
        if (functions > MAX_FUNCTIONS) {
            throw surroundings.refuse(
                    Violation.NONE,
                    ViolationKind.TOO_COMPLEX,
                    "too many subprograms: " + functions + ", at most " + MAX_FUNCTIONS);
        }
    }

    private static PathState start() {
        FrameState frame = new FrameState(0, FrameState.NO_CALL, 0);
        frame.set(1, PointerValue.plain(PointerKind.CONTEXT));
        return new PathState(frame, 0);
    }

    /** Global functions are verified by their signatures, once, whoever calls them. */
    private void exploreGlobals() {
        Set<Integer> done = new HashSet<>();
        boolean found = true;
        while (found) {
            found = false;
            for (int function : explorer.functions().globalsCalled()) {
                Signature signature = explorer.functions().signatureOf(function);
                if (signature != null && done.add(function)) {
                    found = true;
                    explorer.explore(explorer.functions().enterGlobal(function, signature));
                    break;
                }
            }
        }
    }
}
