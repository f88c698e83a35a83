// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

import java.util.List;

/** What a program said about a traced frame. Any thread, also when the program is gone. */
public interface TracedProgram {
    /** Its name; of one in Java its class. */
    String name();

    /** Where it was met: {@code port}, {@code switch}, {@code devmap} or {@code cpumap} for entries of such maps. */
    String place();

    /** What it returned, and where that leads: {@code XDP_REDIRECT to port 3}; {@code fault} when it did not return. */
    String action();

    /** What went wrong, and where; empty without a fault. */
    default String fault() {
        return "";
    }

    /** Frames that it ran for: more than one where a frame was cut, or goes to several ports. The rest is about the first. */
    default int frames() {
        return 1;
    }

    /** Instructions that it executed; -1 when nobody counted. */
    default long instructions() {
        return -1;
    }

    default FrameChange change() {
        return FrameChange.NONE;
    }

    /** Whether more was executed than the path shows. */
    default boolean isPathCut() {
        return false;
    }

    /** The way through it; empty where it was not written down. */
    default List<PathLine> path(TraceDetail detail) {
        return List.of();
    }
}
