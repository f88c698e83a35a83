// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.util.Arrays;

/** Inputs that a worker visits in each round, until they had nothing for some rounds. On the worker's thread. */
final class PolledInputs {
    private final int parkAfterRounds;
    private WorkerInput[] inputs = new WorkerInput[16];
    private int count;
    private int withSystemCalls;

    /** @param parkAfterRounds empty rounds after which an input is asked whether it can wake the worker instead */
    PolledInputs(int parkAfterRounds) {
        this.parkAfterRounds = parkAfterRounds;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Whether a visit to one of them is a system call. */
    boolean anyUsesSystemCalls() {
        return withSystemCalls > 0;
    }

    /** Visits each once. */
    int poll() {
        int work = 0;
        int i = 0;
        while (i < count) {
            WorkerInput input = inputs[i];
            int done = input.poll();
            if (done > 0) {
                input.emptyRounds = 0;
                work += done;
            } else if (++input.emptyRounds >= parkAfterRounds
                    && input.doorbell().park()) {
                remove(input);
                continue;
            }
            i++;
        }
        return work;
    }

    /** Visits an input from now on; nothing for one that is visited already, or closed. */
    void add(WorkerInput input) {
        if (input.polledAt >= 0 || input.closed) {
            return;
        }
        if (count == inputs.length) {
            inputs = Arrays.copyOf(inputs, count * 2);
        }
        input.emptyRounds = 0;
        input.polledAt = count;
        inputs[count++] = input;
        withSystemCalls += input.usesSystemCalls() ? 1 : 0;
    }

    /** Visits an input no longer. */
    void remove(WorkerInput input) {
        if (input.polledAt < 0) {
            return;
        }
        WorkerInput last = inputs[--count];
        inputs[input.polledAt] = last;
        last.polledAt = input.polledAt;
        input.polledAt = -1;
        withSystemCalls -= input.usesSystemCalls() ? 1 : 0;
    }
}
