// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Code;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.program.Signature;
import weir.ebpf.program.Subprogram;

/** One program while it is generated: its functions. */
final class ProgramDraft {
    /** Frames that the kernel allows, {@code MAX_CALL_FRAMES}, {@code linux/bpf_verifier.h}. */
    static final int MAX_FRAMES = 8;

    private static final int MAIN_STACK_BYTES = 192;
    private static final int FUNCTION_STACK_BYTES = 32;

    /** Of global functions, as the kernel is told, too. */
    private static final Signature NUMBERS =
            new Signature(List.of(new Signature.Parameter.Scalar(), new Signature.Parameter.Scalar()), true);

    final ProgramGenerator.Draft draft;
    /** Whether tail calls lead here; half of these go on with one, so that the limit of 33 is met. */
    final boolean isTailTarget;

    /** While set each function begins with a call of a new one, down to the last frame allowed. */
    boolean isDescending;

    private final List<Function> functions = new ArrayList<>();

    /** A function, begun or finished. */
    static final class Function {
        final int number;
        final Role role;
        final List<RegisterType> parameters;
        final CodeBuilder code = new CodeBuilder();
        /** Frames below and with it; 0 while it is generated. */
        int height;

        boolean changesPacket;

        Function(int number, Role role, List<RegisterType> parameters) {
            this.number = number;
            this.role = role;
            this.parameters = parameters;
        }
    }

    /** What a function is for. */
    enum Role {
        MAIN,
        STATIC,
        GLOBAL,
        LOOP_CALLBACK,
        EACH_CALLBACK,
        /** Does the same whatever the order of elements. */
        HASH_CALLBACK
    }

    private ProgramDraft(ProgramGenerator.Draft draft, boolean isTailTarget) {
        this.draft = draft;
        this.isTailTarget = isTailTarget;
    }

    static ProgramSpec generate(ProgramGenerator.Draft draft, String name, int budget, boolean isTailTarget) {
        ProgramDraft program = new ProgramDraft(draft, isTailTarget);
        program.function(Role.MAIN, List.of(RegisterType.CONTEXT), 1, budget);
        return program.link(name);
    }

    /**
     * Generates a function.
     *
     * @param parameters of r1, r2 and so on
     * @param depth frames with this one
     * @param budget snippets
     */
    Function function(Role role, List<RegisterType> parameters, int depth, int budget) {
        Function function = new Function(functions.size(), role, parameters);
        functions.add(function);
        int stackBytes = role == Role.MAIN ? MAIN_STACK_BYTES : FUNCTION_STACK_BYTES;
        Frame frame = new Frame(this, function, depth, stackBytes);
        frame.generate(budget);
        function.height = 1 + frame.calleeHeight();
        return function;
    }

    /** A finished function with these parameters that fits into the frames left; null if there is none. */
    @Nullable
    Function existing(Role role, List<RegisterType> parameters, int framesLeft) {
        return functions.stream()
                .filter(each -> each.role == role
                        && each.height > 0
                        && each.height <= framesLeft
                        && each.parameters.equals(parameters))
                .findFirst()
                .orElse(null);
    }

    private ProgramSpec link(String name) {
        List<Function> used = used();
        int[] starts = new int[functions.size()];
        List<Subprogram> subprograms = new ArrayList<>();
        int slot = 0;
        for (Function each : used) {
            starts[each.number] = slot;
            String label = each.role == Role.MAIN ? name : "f" + each.number;
            boolean isGlobal = each.role == Role.MAIN || each.role == Role.GLOBAL;
            subprograms.add(new Subprogram(label, slot, isGlobal, 0, each.role == Role.GLOBAL ? NUMBERS : null));
            slot += each.code.slots();
        }
        Code code = CodeBuilder.link(used.stream().map(each -> each.code).toList(), starts);
        return new ProgramSpec(
                name,
                "xdp",
                ProgramType.XDP,
                ProgramSpec.Attach.DEVICE,
                code,
                subprograms,
                List.of(),
                "GPL",
                List.of());
    }

    /** Functions that can be reached, the program itself first: the kernel refuses others. */
    private List<Function> used() {
        boolean[] seen = new boolean[functions.size()];
        List<Integer> open = new ArrayList<>(List.of(0));
        TreeSet<Integer> found = new TreeSet<>();
        while (!open.isEmpty()) {
            int number = open.removeLast();
            if (!seen[number]) {
                seen[number] = true;
                found.add(number);
                open.addAll(functions.get(number).code.functionsUsed());
            }
        }
        return found.stream().map(functions::get).toList();
    }

    @Override
    public String toString() {
        return Arrays.toString(functions.stream().map(each -> each.role).toArray());
    }
}
