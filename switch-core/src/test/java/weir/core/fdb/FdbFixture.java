// SPDX-License-Identifier: Apache-2.0
package weir.core.fdb;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A small database with a clock in seconds, and a record of what its listener heard. */
final class FdbFixture implements FdbListener {
    static final int PORTS = 8;

    final List<String> news = new ArrayList<>();
    final List<String> flaps = new ArrayList<>();
    final Fdb fdb;
    private long nanos = 5_000_000_000L;

    FdbFixture(FdbConfig config) {
        fdb = new Fdb(config, PORTS, this);
        fdb.advanceTo(nanos);
    }

    static FdbFixture withCapacityAndQuota(int capacity, int quota) {
        return new FdbFixture(new FdbConfig(capacity, quota, 300, 10, 5, 42));
    }

    @Override
    public void learned(long key, int portIndex) {
        news.add(key + "@" + portIndex);
    }

    @Override
    public void flapping(long key, int heldAtPortIndex) {
        flaps.add(key + "@" + heldAtPortIndex);
    }

    void advanceMillis(long millis) {
        nanos += millis * 1_000_000;
        fdb.advanceTo(nanos);
    }

    void advanceSeconds(long seconds) {
        advanceMillis(seconds * 1000);
    }

    /** A valid unicast key for a small number. */
    static long key(int number) {
        return FdbLayout.key(0, 0x02L | ((long) number << 16));
    }

    boolean learn(int number, int port) {
        return fdb.learn(key(number), port);
    }

    int portOf(int number) {
        return fdb.portOf(key(number));
    }

    /** All entries as {@code key -> port}, from the dump. */
    Map<Long, Integer> entries() {
        Map<Long, Integer> entries = new TreeMap<>();
        fdb.dump().forEach(e -> entries.put(FdbLayout.key(e.vlan(), e.mac()), e.portIndex()));
        return entries;
    }
}
