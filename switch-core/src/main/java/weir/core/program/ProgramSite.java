// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import org.jspecify.annotations.Nullable;
import weir.core.frame.FramePool;

/** What {@link SwitchPrograms} needs of the switch it works for. Control threads, unless a method says more. */
public interface ProgramSite {
    /** Number of ports of a switch that has none: stands for the switch itself. */
    int SWITCH = 0;

    String name();

    int workers();

    FramePool pool();

    /** Whether the switch has threads of its own. */
    boolean hasThreads();

    /** Number of the port of a name, or -1. */
    int portNumber(String portName);

    /** MTU of the port with a number, or -1; any thread, also workers. */
    int mtuBytes(int portNumber);

    /**
     * Lets workers use another program from their next batch on, and waits until all do.
     *
     * @param portNumber of the port whose frames it gets, or {@link #SWITCH}
     * @param program null for none
     * @return false when the port is gone
     */
    boolean publish(int portNumber, @Nullable ForwardingProgram program);

    /** Waits until every worker has finished the batch that it was at. */
    void quiesce();

    void tell(ProgramEvent event);
}
