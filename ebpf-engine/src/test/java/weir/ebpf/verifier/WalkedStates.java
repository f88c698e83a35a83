// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;

/** Every state that the verifier walks through a program, by the slot that it stands at. */
final class WalkedStates {
    private static final HelperTable HELPERS = HelperTable.xdp();
    private final Map<Integer, List<PathState>> states = new HashMap<>();
    private final Liveness liveness;
    private final Verification verification;

    private WalkedStates(ProgramSpec spec, List<MapSpec> maps, VerifierOptions options) {
        verification = Verifier.verify(spec, maps, HELPERS, options.keepingEverything(), this::add);
        liveness = new Liveness(spec.code(), HELPERS);
    }

    static WalkedStates of(ProgramSpec spec, List<MapSpec> maps, VerifierOptions options) {
        return new WalkedStates(spec, maps, options);
    }

    private void add(PathState state) {
        states.computeIfAbsent(state.slot, slot -> new ArrayList<>()).add(state.fork());
    }

    Verification verification() {
        return verification;
    }

    List<PathState> at(int slot) {
        return states.getOrDefault(slot, List.of());
    }

    /** Which registers are read from here on, see {@link Liveness#before}. */
    int liveAt(int slot) {
        return liveness.before(slot);
    }
}
