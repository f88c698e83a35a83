// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.List;

/**
 * Takes what programs write to one perf event array or ring buffer. It belongs to a place of the switch, not to a
 * program: it goes on when the program there is replaced by one with a map of that name. One thread at a time.
 */
public interface EventConsumer extends AutoCloseable {
    /** Name of the map. */
    String map();

    /**
     * Takes records, oldest first of each worker. Does not wait.
     *
     * @param maxRecords at most so many
     */
    List<EventRecord> poll(int maxRecords);

    /** Records that programs wanted to write since the consumer was opened, and found no room for. */
    long lost();

    /** Ends it; waits until no worker writes to it any more. Idempotent. */
    @Override
    void close();
}
