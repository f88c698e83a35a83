// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import weir.ports.linux.LinuxException;
import weir.ports.linux.SeqpacketSocket;
import weir.ports.linux.SharedMemory;

/**
 * What belongs to one connected client: its socket and its memory, both new for each connection, so that no client
 * has a view of what another one does. The {@link ShmDoorkeeper} makes and closes it; in between the worker has it.
 */
final class ShmSession {
    private final SeqpacketSocket socket;
    private final SharedMemory memory;
    private final ShmLayout.Geometry geometry;
    private final String peer;
    private String endCause = "";
    private boolean offender;

    private ShmSession(SeqpacketSocket socket, SharedMemory memory, ShmLayout.Geometry geometry, String peer) {
        this.socket = socket;
        this.memory = memory;
        this.geometry = geometry;
        this.peer = peer;
    }

    /** Makes the memory for a client; the socket stays the caller's when this fails. */
    static ShmSession create(SeqpacketSocket socket, ShmLayout.Geometry geometry, String name) throws LinuxException {
        SeqpacketSocket.Peer peer = socket.peer();
        SharedMemory memory = SharedMemory.create("weir-shm-" + name, geometry.memoryBytes());
        return new ShmSession(socket, memory, geometry, "pid " + peer.pid() + ", uid " + peer.uid());
    }

    SeqpacketSocket socket() {
        return socket;
    }

    SharedMemory memory() {
        return memory;
    }

    ShmLayout.Geometry geometry() {
        return geometry;
    }

    /** Process and user of the client: {@code pid 12, uid 0}. */
    String peer() {
        return peer;
    }

    /**
     * Notes why the session ended; before it is given back to the doorkeeper.
     *
     * @param brokeRules whether the port is to refuse clients for a while
     */
    void end(String cause, boolean brokeRules) {
        endCause = cause;
        offender = brokeRules;
    }

    String endCause() {
        return endCause;
    }

    boolean isOffender() {
        return offender;
    }

    /** Gives memory and socket back. Nobody uses them any more; what the client keeps mapped is empty. */
    void close() {
        memory.discard();
        memory.close();
        socket.close();
    }
}
