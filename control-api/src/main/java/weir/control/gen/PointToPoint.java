// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import weir.core.counter.DropReason;
import weir.core.frame.FrameBatch;
import weir.core.frame.Verdict;
import weir.core.port.PortNumbers;
import weir.core.program.Decision;
import weir.core.program.ForwardingProgram;

/** Whatever comes in by one port goes out of the other; what comes in by the other ends here. */
final class PointToPoint implements ForwardingProgram {
    private final int from;
    private final int to;

    /** @param from number of the port whose frames go on, to port {@code to} */
    PointToPoint(int from, int to) {
        this.from = from;
        this.to = to;
    }

    @Override
    public void decide(FrameBatch batch, int first, int end, Decision decision) {
        PortNumbers ports = decision.ports();
        int egress = ports.indexOf(to);
        int onward = egress >= 0 ? egress : Verdict.drop(DropReason.REDIRECT_INVALID);
        int back = Verdict.drop(DropReason.NO_DESTINATION);
        int[] verdicts = batch.verdicts();
        for (int run = 0; run < batch.runs(); run++) {
            int start = batch.runStart(run);
            int verdict = ports.numberOf(batch.runIngress(run)) == from ? onward : back;
            for (int i = start; i < batch.runEnd(run); i++) {
                if (verdicts[i] == Verdict.UNDECIDED) {
                    verdicts[i] = verdict;
                }
            }
        }
    }
}
