// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.List;
import weir.control.machine.MachineFacts;

/** What {@code weir bench shm} gave. */
public record ShmBenchReport(
        String benchmark, MachineFacts machine, ShmBenchSettings settings, List<ShmBenchRow> rows) {}
