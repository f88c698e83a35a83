// SPDX-License-Identifier: Apache-2.0
package weir.core.loop;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Finds loops of a switch and cuts them. Every half second each port sends a probe; a probe that comes back by a port of the
 * same VLAN shows that frames do, and one of the two ports is blocked: it then carries nothing but probes.
 *
 * <pre>
 *  first probe back    suspected; half a second later, when another comes, blocked        the port with the higher number
 *                      a second later, if a switch with a lower id sends probes there too: that one cuts first, so that
 *                      two switches do not each cut another of the links between them
 *  last probe back     released 5 s later
 * </pre>
 *
 * <p>A probe has an authenticator under a key that never leaves the switch, and says when it was sent; it counts for a
 * second and a half. Without the key nobody can make one, and an old one is worth nothing. Whoever can see the probes of a
 * port can send them back to it at once, and so have that port blocked: that is a loop, whoever closes it. What other
 * switches' probes say is not authenticated, and can do no more than delay a cut by one second.
 *
 * <p>Workers call it on the packet path only for frames that say they are probes; only changes take a lock, and a worker
 * that finds it taken goes on: the next probe will do.
 */
public final class LoopGuard {
    /** How often each port sends a probe. */
    public static final long PROBE_EVERY_NANOS = 500_000_000;

    /** How long a port stays blocked after the last probe came back. */
    public static final long RELEASE_AFTER_NANOS = 5_000_000_000L;

    /** Destination of probes, as {@link weir.core.fdb.MacAddress} holds it. */
    public static final long PROBE_DESTINATION = ProbeLayout.DESTINATION;

    /** {@link #read}: not a probe of this switch. */
    public static final int FOREIGN = -1;

    /** {@link #read}: says to be one, and is forged, old, or of another VLAN. */
    public static final int NOT_GENUINE = -2;

    private static final long EPOCHS_VALID = 2;
    private static final long FORGET_AFTER_NANOS = 2_000_000_000L;
    private static final long DEFER_NANOS = 1_000_000_000L;
    private static final int PORT_SHIFT = 16;
    private static final int MAX_PORT = 0xffff;

    /** Who hears of changes; called by workers, must not wait. */
    public interface Listener {
        /** A port was blocked, since its frames come back by another one, or by itself. */
        void blocked(LoopPort port, LoopPort other);

        /** A port was released. */
        void released(LoopPort port);
    }

    private final Listener listener;
    private final long startNanos;
    private final long switchId;
    private final long key0;
    private final long key1;
    private final AtomicInteger generation = new AtomicInteger();
    private final ReentrantLock changing = new ReentrantLock();

    /**
     * @param nowNanos the workers' time
     */
    public LoopGuard(Listener listener, long nowNanos) {
        this.listener = listener;
        startNanos = nowNanos;
        SecureRandom random = new SecureRandom();
        switchId = random.nextLong();
        key0 = random.nextLong();
        key1 = random.nextLong();
    }

    /** Changes whenever a port was blocked or released. */
    public int generation() {
        return generation.getOpaque();
    }

    /** Number of the half second since the switch began. */
    public long epoch(long nowNanos) {
        return (nowNanos - startNanos) / PROBE_EVERY_NANOS;
    }

    /** Time until the next probes are due. */
    public long nanosUntilProbes(long nowNanos) {
        return PROBE_EVERY_NANOS - (nowNanos - startNanos) % PROBE_EVERY_NANOS;
    }

    private long authenticator(int vlan, long port, long epoch) {
        return SipHash.of(key0, key1, port << PORT_SHIFT | vlan, epoch);
    }

    /**
     * Writes a probe where a frame begins.
     *
     * @param vlan that the port sends it in, 0 for an unaware one
     * @return its length in bytes
     */
    public int write(long address, int portNumber, int vlan, boolean tagged, long nowNanos) {
        long epoch = epoch(nowNanos);
        long authenticator = authenticator(vlan, portNumber, epoch);
        return ProbeLayout.write(address, tagged, vlan, switchId, portNumber, epoch, authenticator);
    }

    /**
     * Looks at a frame that has {@link #PROBE_DESTINATION}.
     *
     * @param vlan that it came in by
     * @return number of the port that this switch sent it from, {@link #FOREIGN} or {@link #NOT_GENUINE}
     */
    public int read(long address, int lengthBytes, LoopPort ingress, int vlan, long nowNanos) {
        long type = ProbeLayout.typeOf(address, lengthBytes);
        if (type == 0) {
            return FOREIGN;
        }
        long id = ProbeLayout.switchId(type);
        if (id != switchId) {
            if (id < switchId) {
                ingress.lowerIdAt = nowNanos;
                ingress.lowerIdSeen = true;
            }
            return FOREIGN;
        }
        long port = ProbeLayout.port(type);
        long sent = ProbeLayout.epoch(type);
        long age = epoch(nowNanos) - sent;
        boolean genuine = age >= 0
                && age <= EPOCHS_VALID
                && port > 0
                && port <= MAX_PORT
                && ProbeLayout.vlan(type) == vlan
                && ProbeLayout.authenticator(type) == authenticator(vlan, port, sent);
        return genuine ? (int) port : NOT_GENUINE;
    }

    /** A genuine probe came back. Any worker. */
    public void cameBack(LoopPort sender, LoopPort receiver, long nowNanos) {
        boolean senderHigher = sender.number() >= receiver.number();
        LoopPort higher = senderHigher ? sender : receiver;
        LoopPort lower = senderHigher ? receiver : sender;
        if (higher.isBlocked()) {
            higher.evidenceAt = nowNanos;
        } else if (lower.isBlocked()) {
            lower.evidenceAt = nowNanos; // the loop is cut already, at its other end
        } else if (changing.tryLock()) {
            try {
                suspect(higher, lower, nowNanos);
            } finally {
                changing.unlock();
            }
        }
    }

    private void suspect(LoopPort port, LoopPort other, long now) {
        if (!port.suspected || now - port.evidenceAt > FORGET_AFTER_NANOS) {
            port.suspected = true;
            port.firstEvidenceAt = now;
        }
        port.evidenceAt = now;
        boolean again = epoch(now) != epoch(port.firstEvidenceAt);
        boolean deferred =
                (isLowerIdNear(port, now) || isLowerIdNear(other, now)) && now - port.firstEvidenceAt < DEFER_NANOS;
        if (again && !deferred && !port.isBlocked() && !other.isBlocked()) {
            port.suspected = false;
            port.block(true);
            generation.incrementAndGet();
            listener.blocked(port, other);
        }
    }

    private static boolean isLowerIdNear(LoopPort port, long now) {
        return port.lowerIdSeen && now - port.lowerIdAt < FORGET_AFTER_NANOS;
    }

    /** Releases a port when its loop is gone. The worker that speaks for the port, now and then. */
    public void releaseWhenGone(LoopPort port, long nowNanos) {
        if (port.isBlocked() && nowNanos - port.evidenceAt > RELEASE_AFTER_NANOS && changing.tryLock()) {
            try {
                port.block(false);
                generation.incrementAndGet();
                listener.released(port);
            } finally {
                changing.unlock();
            }
        }
    }
}
