// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.util.Arrays;
import weir.core.frame.FrameBatch;

/** Where one flood goes: local ports by the form of tag they want, and the other workers that have ports. */
final class FloodPlan {
    private final boolean[] workers;
    private final int[] asIs = new int[PortTable.MAX_PORTS];
    private final int[] converted = new int[PortTable.MAX_PORTS];
    private int asIsCount;
    private int convertedCount;
    private int remotes;

    FloodPlan(int workerCount) {
        workers = new boolean[workerCount];
    }

    void clear() {
        asIsCount = 0;
        convertedCount = 0;
        if (remotes > 0) {
            remotes = 0;
            Arrays.fill(workers, false);
        }
    }

    void add(PortEntry port, int transmitter, int self, int vlanWord) {
        if (transmitter != self) {
            remotes += workers[transmitter] ? 0 : 1;
            workers[transmitter] = true;
            return;
        }
        boolean tagged = (vlanWord & FrameBatch.TAGGED) != 0;
        if (vlanWord == 0 || port.sendsTagged(FrameBatch.vlanId(vlanWord)) == tagged) {
            asIs[asIsCount++] = port.index();
        } else {
            converted[convertedCount++] = port.index();
        }
    }

    int locals() {
        return asIsCount + convertedCount;
    }

    int asIs() {
        return asIsCount;
    }

    int asIsPort(int i) {
        return asIs[i];
    }

    int converted() {
        return convertedCount;
    }

    int convertedPort(int i) {
        return converted[i];
    }

    /** Other workers that have at least one port to serve. */
    int remotes() {
        return remotes;
    }

    boolean reaches(int worker) {
        return workers[worker];
    }
}
