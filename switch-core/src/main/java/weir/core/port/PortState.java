// SPDX-License-Identifier: Apache-2.0
package weir.core.port;

/** What a port can do now. */
public enum PortState {
    /** Frames flow both ways. */
    UP,
    /** The link is down; frames towards it are dropped, and it comes back by itself. */
    DOWN,
    /** The interface or its namespace no longer exists; the port waits to be detached. */
    GONE
}
