// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

import weir.core.counter.DropReason;
import weir.core.frame.FrameBatch;
import weir.core.frame.Verdict;
import weir.core.port.PortNumbers;
import weir.core.program.Decision;
import weir.core.program.ForwardingProgram;

/** Joins ports in pairs, both ways: number n with number n + {@link #OTHER_END}. Nothing is learned. */
final class PatchPanel implements ForwardingProgram {
    static final int OTHER_END = 1000;

    @Override
    public void decide(FrameBatch batch, int first, int end, Decision decision) {
        PortNumbers ports = decision.ports();
        int[] verdicts = batch.verdicts();
        for (int run = 0; run < batch.runs(); run++) {
            int number = ports.numberOf(batch.runIngress(run));
            int egress = ports.indexOf(number > OTHER_END ? number - OTHER_END : number + OTHER_END);
            int verdict = egress >= 0 ? egress : Verdict.drop(DropReason.NO_DESTINATION);
            for (int i = batch.runStart(run); i < batch.runEnd(run); i++) {
                if (verdicts[i] == Verdict.UNDECIDED) {
                    verdicts[i] = verdict;
                }
            }
        }
    }
}
