// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;

/** Every state that the verifier walks through a program, by the slot that it stands at. */
final class WalkedStates {
    private static final HelperTable HELPERS = HelperTable.xdp();
    private final List<List<PathState>> states = new ArrayList<>();
    private final int[] found;
    private final Liveness liveness;
    private final Verification verification;

    private WalkedStates(ProgramSpec spec, List<MapSpec> maps, VerifierOptions options) {
        found = new int[spec.code().slots()];
        for (int slot = 0; slot < found.length; slot++) {
            states.add(new ArrayList<>());
        }
        verification = Verifier.verify(spec, maps, HELPERS, options.keepingEverything(), this::add);
        liveness = new Liveness(spec.code(), HELPERS);
    }

    static WalkedStates of(ProgramSpec spec, List<MapSpec> maps, VerifierOptions options) {
        return new WalkedStates(spec, maps, options);
    }

    private void add(PathState state) {
        states.get(state.slot).add(state.fork());
    }

    Verification verification() {
        return verification;
    }

    List<PathState> at(int slot) {
        return states.get(slot);
    }

    /** One that fits; null if none does. A loop's states come in its order: the search begins where it ended. */
    @Nullable
    PathState find(int slot, StateFit fit) {
        List<PathState> here = states.get(slot);
        int at = found[slot];
        for (int tried = 0; tried < here.size(); tried++) {
            if (fit.fits(here.get(at), this)) {
                found[slot] = at;
                return here.get(at);
            }
            at = at + 1 == here.size() ? 0 : at + 1;
        }
        return null;
    }

    /** Which registers are read from here on, see {@link Liveness#before}. */
    int liveAt(int slot) {
        return liveness.before(slot);
    }
}
