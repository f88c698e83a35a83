// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import weir.control.bench.process.BenchFailure;
import weir.control.bench.process.Closing;

/** A switch with its stations, ready from its making on until it is closed. One control thread. */
interface Contender extends Closing.Resource {
    /** As reports show it. */
    String name();

    /** At least two, with interfaces and addresses. */
    List<Station> stations();

    /** The process that forwards; empty when the kernel does. */
    OptionalLong process();

    /** Whether stations can leave checksums and segments of TCP to the switch, as they do. */
    default boolean carriesTcp() {
        return true;
    }

    /** Frames that the switch dropped since it was made, by reason. */
    Map<String, Long> drops() throws BenchFailure;

    /** Removes all of it. */
    @Override
    void close() throws InterruptedException;
}
