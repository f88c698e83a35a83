// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static weir.core.counter.DropReason.HAIRPIN;
import static weir.core.counter.DropReason.INVALID_SOURCE;
import static weir.core.counter.DropReason.MALFORMED_VLAN;
import static weir.core.counter.DropReason.NO_DESTINATION;
import static weir.core.counter.DropReason.OVERSIZE;
import static weir.core.counter.DropReason.RESERVED_GROUP;
import static weir.core.counter.DropReason.RUNT;
import static weir.core.counter.DropReason.VLAN_DENIED;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import weir.core.counter.DropReason;
import weir.core.port.VlanMode;
import weir.core.testing.Frames;

/** What a switch does, written as slowly and plainly as possible: the truth that the fast one is compared with. */
final class ReferenceBridge {
    record PortModel(int index, String name, VlanMode vlan, int mtuBytes, boolean hairpin) {}

    record Key(int vlan, String mac) {}

    static final class Entry {
        int port;
        long epoch;
        boolean isStatic;
        long windowStart;
        int moves;
        int portBefore;
        long heldUntil = -1;
    }

    static final int REFRESH_SECONDS = 10;
    private static final long MILLIS = 1000;

    private final int capacity;
    private final int portQuota;
    private final int ageingSeconds;
    private final int flapMovesPerSecond;
    private final boolean forwardBpdus;
    private long nowMillis;

    final TreeMap<Integer, PortModel> ports = new TreeMap<>();
    /** Oldest refresh first. */
    final LinkedHashMap<Key, Entry> fdb = new LinkedHashMap<>();

    final Map<String, List<byte[]>> sent = new TreeMap<>();
    final Map<String, Map<DropReason, Long>> drops = new TreeMap<>();
    long refused;

    ReferenceBridge(int capacity, int portQuota, int ageingSeconds, int flapMovesPerSecond, boolean forwardBpdus) {
        this.capacity = capacity;
        this.portQuota = portQuota;
        this.ageingSeconds = ageingSeconds;
        this.flapMovesPerSecond = flapMovesPerSecond;
        this.forwardBpdus = forwardBpdus;
    }

    void attach(String name, VlanMode vlan, int mtuBytes, boolean hairpin) {
        int index = 0;
        while (ports.containsKey(index)) {
            index++;
        }
        ports.put(index, new PortModel(index, name, vlan, mtuBytes, hairpin));
    }

    void detach(String name) {
        PortModel port = byName(name);
        ports.remove(port.index());
        fdb.values().removeIf(entry -> entry.port == port.index());
        // A move that began there is no longer counted: it is no place to hold an address.
        fdb.values().stream().filter(entry -> entry.portBefore == port.index()).forEach(entry -> entry.moves = 0);
    }

    PortModel byName(String name) {
        return ports.values().stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    void advanceMillis(long millis) {
        nowMillis += millis;
        // Seen at any time within an epoch counts as seen at its end; ageing looks once a second.
        long lookedAt = nowMillis / MILLIS;
        fdb.values().removeIf(e -> !e.isStatic && (e.epoch + 1) * REFRESH_SECONDS + ageingSeconds <= lookedAt);
    }

    void addStatic(int vlan, String mac, String port) {
        Entry entry = new Entry();
        entry.port = byName(port).index();
        entry.isStatic = true;
        fdb.put(new Key(vlan, mac), entry);
    }

    void flush() {
        fdb.values().removeIf(entry -> !entry.isStatic);
    }

    // ---- one frame ------------------------------------------------------------------------------

    void receive(String ingressName, byte[] received) {
        PortModel in = byName(ingressName);
        if (received.length < 14) {
            drop(in, RUNT);
            return;
        }
        boolean tagged = type(received) == Frames.TPID;
        if (tagged && received.length < 20) {
            drop(in, MALFORMED_VLAN);
            return;
        }
        byte[] frame = received.clone();
        int vlan = 0;
        if (!(in.vlan() instanceof VlanMode.Unaware)) {
            vlan = tagged ? vid(frame) : 0;
            boolean untaggedOrPriority = vlan == 0;
            if (untaggedOrPriority) {
                vlan = untaggedVlan(in);
            }
            boolean refusedTag = in.vlan() instanceof VlanMode.Access && !untaggedOrPriority;
            if (vlan == 0 || refusedTag || !isMember(in, vlan)) {
                drop(in, VLAN_DENIED);
                return;
            }
            if (tagged) {
                Frames.writeShort(frame, 14, (frame[14] & 0xf0) << 8 | vlan);
            }
        }
        decide(in, frame, vlan, tagged);
    }

    private void decide(PortModel in, byte[] frame, int vlan, boolean tagged) {
        String source = mac(frame, 6);
        if ((frame[6] & 1) != 0 || source.equals("000000000000")) {
            drop(in, INVALID_SOURCE);
            return;
        }
        learn(new Key(vlan, source), in.index());
        String destination = mac(frame, 0);
        Entry known = fdb.get(new Key(vlan, destination));
        if (known != null) {
            if (known.port == in.index() && !in.hairpin()) {
                drop(in, HAIRPIN);
            } else {
                egress(ports.get(known.port), frame, vlan, tagged);
            }
            return;
        }
        boolean bpdu = destination.equals("0180c2000000");
        if (destination.startsWith("0180c200000") && !(bpdu && forwardBpdus)) {
            drop(in, RESERVED_GROUP);
            return;
        }
        boolean any = false;
        for (PortModel out : ports.values()) {
            boolean sameKind = (vlan == 0) == (out.vlan() instanceof VlanMode.Unaware);
            if (out.index() != in.index() && sameKind && isMember(out, vlan)) {
                egress(out, frame, vlan, tagged);
                any = true;
            }
        }
        if (!any) {
            drop(in, NO_DESTINATION);
        }
    }

    private void egress(PortModel out, byte[] frame, int vlan, boolean tagged) {
        byte[] leaving = frame;
        if (vlan != 0 && !(out.vlan() instanceof VlanMode.Unaware)) {
            if (!isMember(out, vlan)) {
                drop(out, VLAN_DENIED);
                return;
            }
            boolean wantsTag = out.vlan() instanceof VlanMode.Trunk trunk && trunk.nativeVlan() != vlan;
            if (tagged && !wantsTag) {
                leaving = Frames.pop(frame);
            } else if (!tagged && wantsTag) {
                leaving = Frames.push(frame, vlan);
            }
            if (!wantsTag && type(leaving) == Frames.TPID) {
                drop(out, VLAN_DENIED); // an inner tag must not come to light
                return;
            }
        }
        if (leaving.length > out.mtuBytes() + 14 + 4 * tags(leaving)) {
            drop(out, OVERSIZE);
            return;
        }
        sent.computeIfAbsent(out.name(), name -> new ArrayList<>()).add(leaving);
    }

    // ---- learning -------------------------------------------------------------------------------

    private void learn(Key key, int port) {
        Entry entry = fdb.get(key);
        if (entry == null) {
            if (holds(port) >= portQuota || (fdb.size() >= capacity && !evictFor(port))) {
                refused++;
                return;
            }
            entry = new Entry();
            entry.port = port;
            refresh(key, entry);
        } else if (!entry.isStatic) {
            update(key, entry, port);
        }
    }

    private void update(Key key, Entry entry, int port) {
        if (entry.heldUntil >= 0 && nowMillis >= entry.heldUntil) {
            entry.heldUntil = -1;
            entry.moves = 0;
        }
        if (entry.port == port) {
            if (entry.epoch != epoch()) {
                refresh(key, entry);
            }
        } else if (entry.heldUntil < 0) {
            move(key, entry, port);
        }
    }

    private void move(Key key, Entry entry, int port) {
        if (holds(port) >= portQuota) {
            refused++;
            return;
        }
        if (entry.moves == 0 || nowMillis - entry.windowStart >= MILLIS) {
            entry.moves = 0;
            entry.windowStart = nowMillis;
            entry.portBefore = entry.port;
        }
        entry.moves++;
        boolean flapping = entry.moves > flapMovesPerSecond;
        entry.port = flapping ? entry.portBefore : port;
        entry.heldUntil = flapping ? nowMillis + 5 * MILLIS : -1;
        refresh(key, entry);
    }

    private void refresh(Key key, Entry entry) {
        entry.epoch = epoch();
        fdb.remove(key);
        fdb.put(key, entry);
    }

    private boolean evictFor(int port) {
        int greediest = 0;
        for (int other : ports.keySet()) {
            greediest = holds(other) > holds(greediest) ? other : greediest;
        }
        if (holds(port) >= holds(greediest)) {
            return false;
        }
        int victim = greediest;
        Key oldest = fdb.entrySet().stream()
                .filter(e -> !e.getValue().isStatic && e.getValue().port == victim)
                .findFirst()
                .orElseThrow()
                .getKey();
        fdb.remove(oldest);
        return true;
    }

    private long holds(int port) {
        return fdb.values().stream().filter(e -> !e.isStatic && e.port == port).count();
    }

    private long epoch() {
        return nowMillis / MILLIS / REFRESH_SECONDS;
    }

    // ---- small questions ------------------------------------------------------------------------

    private void drop(PortModel port, DropReason reason) {
        drops.computeIfAbsent(port.name(), name -> new TreeMap<>()).merge(reason, 1L, Long::sum);
    }

    private static int untaggedVlan(PortModel port) {
        return switch (port.vlan()) {
            case VlanMode.Unaware unaware -> 0;
            case VlanMode.Access access -> access.vlan();
            case VlanMode.Trunk trunk -> trunk.nativeVlan();
        };
    }

    private static boolean isMember(PortModel port, int vlan) {
        return switch (port.vlan()) {
            case VlanMode.Unaware unaware -> vlan == 0;
            case VlanMode.Access access -> access.vlan() == vlan;
            case VlanMode.Trunk trunk -> trunk.vlans().get(vlan);
        };
    }

    private static int tags(byte[] frame) {
        if (frame.length < 20 || type(frame) != Frames.TPID) {
            return 0;
        }
        return shortAt(frame, 16) == Frames.TPID ? 2 : 1;
    }

    private static int type(byte[] frame) {
        return shortAt(frame, 12);
    }

    private static int vid(byte[] frame) {
        return shortAt(frame, 14) & 0xfff;
    }

    private static int shortAt(byte[] frame, int at) {
        return (frame[at] & 0xff) << 8 | (frame[at + 1] & 0xff);
    }

    private static String mac(byte[] frame, int at) {
        return HexFormat.of().formatHex(frame, at, at + 6);
    }
}
