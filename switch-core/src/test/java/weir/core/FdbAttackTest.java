// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.core.fdb.FdbConfig;
import weir.core.frame.Frame;
import weir.core.memory.MemoryEndpoint;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.core.testing.Seeds;
import weir.testing.AllocatedBytes;

/** A port that sends from a million random addresses takes nobody's place and costs no memory. */
class FdbAttackTest {
    private static final int VICTIMS = 4;
    private static final int STATIONS_EACH = 100;
    private static final int ATTACK_FRAMES = 1_000_000;
    private static final int BURST = 64;
    private static final long LESS_THAN_A_BYTE_A_FRAME = ATTACK_FRAMES;

    /** First of the addresses that the attacker makes up; no station has one of them. */
    private static final long NOBODYS = 0x0266_0000_0000L;

    private static byte[] hello(int station) {
        return Frames.untagged(Frames.BROADCAST, Frames.station(station), 60, station);
    }

    private static int stationOf(int victim, int i) {
        return 1000 * (victim + 1) + i;
    }

    @ParameterizedTest
    @CsvSource({"1, 8192, 512", "3, 8192, 512", "1, 500, 500"})
    void aMillionSourcesFromOnePortEvictNobodyWhoHoldsLess(int workers, int capacity, int quota) {
        FdbConfig fdb = FdbConfig.withCapacity(capacity).withPortQuota(quota);
        try (HandDrivenSwitch hand =
                new HandDrivenSwitch(c -> c.withWorkers(workers).withFdb(fdb))) {
            hand.ports("attacker", "v0", "v1", "v2", "v3");
            for (int victim = 0; victim < VICTIMS; victim++) {
                for (int i = 0; i < STATIONS_EACH; i++) {
                    hand.sendAndSettle("v" + victim, hello(stationOf(victim, i)));
                    hand.portNames().forEach(hand::received);
                }
            }
            long garbage = AllocatedBytes.ofRun(LESS_THAN_A_BYTE_A_FRAME, () -> {
                long delivered = attack(hand, ATTACK_FRAMES);
                assertEquals(ATTACK_FRAMES, delivered, "every frame of the attacker is forwarded");
            });
            assertTrue(garbage < LESS_THAN_A_BYTE_A_FRAME, garbage + " bytes allocated");
            Map<String, Integer> held = new TreeMap<>();
            hand.sw().fdb().forEach(entry -> held.merge(entry.port(), 1, Integer::sum));
            for (int victim = 0; victim < VICTIMS; victim++) {
                assertEquals(STATIONS_EACH, held.get("v" + victim), "entries of v" + victim);
            }
            int most = Math.min(quota, capacity - VICTIMS * STATIONS_EACH);
            assertEquals(most, held.get("attacker"));
            PortInfo attacker = hand.sw().ports().stream()
                    .filter(port -> port.name().equals("attacker"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(attacker.learnRefused() >= ATTACK_FRAMES - 10, "learn_refused " + attacker.learnRefused());
            assertVictimsStillReachEachOther(hand);
        }
    }

    private static void assertVictimsStillReachEachOther(HandDrivenSwitch hand) {
        for (int i = 0; i < STATIONS_EACH; i++) {
            byte[] frame = Frames.untagged(Frames.station(stationOf(1, i)), Frames.station(stationOf(0, i)), 60, i);
            hand.sendAndSettle("v0", frame);
            hand.assertReceived("v1", frame);
            hand.assertReceived("v2");
            hand.assertReceived("attacker");
        }
    }

    /** Sends frames from random addresses to a known station; returns how many arrived there. */
    private static long attack(HandDrivenSwitch hand, int count) {
        MemoryEndpoint attacker = hand.endpoint("attacker");
        MemoryEndpoint target = hand.endpoint("v0");
        MemorySegment memory = hand.sw().pool().memory();
        MemorySegment template =
                MemorySegment.ofArray(Frames.untagged(Frames.station(stationOf(0, 1)), NOBODYS, 60, 0));
        RandomGenerator random = Seeds.random(count);
        long[] frames = new long[BURST];
        long delivered = 0;
        int sent = 0;
        int idleRounds = 0;
        while (idleRounds < 3) {
            int n = attacker.allocate(frames, 0, Math.min(BURST, count - sent));
            for (int i = 0; i < n; i++) {
                frames[i] = Frame.withLength(frames[i], 60);
                long at = Frame.position(frames[i]);
                MemorySegment.copy(template, 0, memory, at, 60);
                memory.set(java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED, at + 8, random.nextInt());
            }
            attacker.enqueue(frames, 0, n);
            attacker.ring();
            sent += n;
            idleRounds = hand.sw().runRounds() == 0 && n == 0 ? idleRounds + 1 : 0;
            for (int got = target.receive(frames, 0, BURST); got > 0; got = target.receive(frames, 0, BURST)) {
                target.release(frames, 0, got);
                delivered += got;
            }
        }
        assertEquals(count, sent);
        return delivered;
    }

    @ParameterizedTest
    @CsvSource({"1", "3"})
    void manyAttackersTogetherLeaveASmallPortItsPlace(int workers) {
        FdbConfig fdb = FdbConfig.withCapacity(256).withPortQuota(64);
        try (HandDrivenSwitch hand =
                new HandDrivenSwitch(c -> c.withWorkers(workers).withFdb(fdb))) {
            hand.ports("victim");
            for (int i = 0; i < 20; i++) {
                hand.sendAndSettle("victim", hello(stationOf(0, i)));
            }
            List<String> attackers = List.of("x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7");
            attackers.forEach(name -> hand.ports(name));
            RandomGenerator random = Seeds.random(5);
            for (int i = 0; i < 2000; i++) {
                byte[] frame = Frames.untagged(Frames.station(stationOf(0, 3)), 0x0200_0000_0000L, 60, i);
                java.nio.ByteBuffer.wrap(frame).putInt(8, random.nextInt());
                hand.sendAndSettle(attackers.get(i % attackers.size()), frame);
                hand.received("victim");
            }
            long held = hand.sw().fdb().stream()
                    .filter(entry -> entry.port().equals("victim"))
                    .count();
            assertEquals(20, held);
            assertEquals(256, hand.sw().fdb().size());
            hand.portNames().forEach(hand::received);
        }
    }
}
