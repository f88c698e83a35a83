// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.counter.DropReason;
import weir.core.fdb.FdbConfig;
import weir.core.fdb.MacAddress;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.core.testing.Seeds;
import weir.core.worker.WaitMode;
import weir.testing.RunSize;

/**
 * Random frames, VLANs, topologies and times through the switch and through {@link ReferenceBridge}: same frames out of
 * the same ports, same drops by reason, same forwarding database. A failure names its seed; {@code -Dweir.seed=N} runs
 * that one alone.
 */
class SwitchAgainstReferenceTest {
    private static final int STEPS = 250;
    private static final int CAPACITY = 24;
    private static final int QUOTA = 6;
    private static final int NEVER_FLAPS = 1_000_000;
    private static final int[] VIDS = {0, 10, 20, 30, 1, 4094, 4095};
    private static final List<VlanMode> MODES = List.of(
            VlanMode.UNAWARE,
            VlanMode.UNAWARE,
            VlanMode.parse("access:10"),
            VlanMode.parse("access:20"),
            VlanMode.parse("trunk:10,20"),
            VlanMode.parse("trunk:10-30,native=10"),
            VlanMode.parse("trunk:20,4094,native=30"));
    private static final int[] MTUS = {1500, 1500, 1500, 100, 1000, 9000};

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void forwardsLikeTheReferenceBridge(int workers) {
        for (long seed : Seeds.of(RunSize.of(150, 3000))) {
            try (Run run = new Run(seed, workers, NEVER_FLAPS)) {
                run.steps(STEPS);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", " + workers + " workers: " + e.getMessage(), e);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void holdsFlappingAddressesLikeTheReferenceBridge(int workers) {
        for (long seed : Seeds.of(RunSize.of(50, 1000))) {
            try (Run run = new Run(seed, workers, 3)) {
                run.steps(STEPS);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", " + workers + " workers, flapping: " + e.getMessage(), e);
            }
        }
    }

    /** One topology with its life. */
    private static final class Run implements AutoCloseable {
        private final RandomGenerator random;
        private final int workers;
        private final ReferenceBridge reference;
        private final HandDrivenSwitch hand;
        private final List<String> names = new ArrayList<>();
        private int attached;
        private int frames;

        Run(long seed, int workers, int flapMovesPerSecond) {
            this.workers = workers;
            random = Seeds.random(seed);
            int ageing = random.nextBoolean() ? 300 : 150;
            boolean bpdus = random.nextBoolean();
            int batch = List.of(1, 7, 64, 256).get(random.nextInt(4));
            WaitMode mode = List.of(WaitMode.values()).get(random.nextInt(3));
            reference = new ReferenceBridge(CAPACITY, QUOTA, ageing, flapMovesPerSecond, bpdus);
            FdbConfig fdb = new FdbConfig(CAPACITY, QUOTA, ageing, flapMovesPerSecond, 5, seed);
            hand = new HandDrivenSwitch(config -> config.withWorkers(workers)
                    .withFdb(fdb)
                    .withForwardBpdus(bpdus)
                    .withBatchFrames(batch)
                    .withWaitMode(mode));
            int ports = 2 + random.nextInt(7);
            for (int i = 0; i < ports; i++) {
                attach();
            }
        }

        void steps(int count) {
            for (int step = 0; step < count; step++) {
                int what = random.nextInt(100);
                if (what < 80) {
                    burst();
                } else if (what < 92) {
                    advance();
                } else if (what < 94) {
                    reattach();
                } else if (what < 97) {
                    addStatic();
                } else if (what == 97) {
                    reference.flush();
                    hand.sw().flushFdb();
                }
                compareFdb(step);
            }
            compareDrops();
        }

        private void attach() {
            String name = "p" + attached++;
            VlanMode vlan = MODES.get(random.nextInt(MODES.size()));
            int mtu = MTUS[random.nextInt(MTUS.length)];
            boolean hairpin = random.nextInt(4) == 0;
            boolean isolated = random.nextInt(3) == 0;
            reference.attach(name, vlan, mtu, hairpin);
            hand.port(
                    PortOptions.named(name).withVlan(vlan).withHairpin(hairpin),
                    MemoryPortConfig.DEFAULT.withMtuBytes(mtu).withIsolated(isolated));
            names.add(name);
        }

        private void reattach() {
            String gone = names.remove(random.nextInt(names.size()));
            reference.detach(gone);
            hand.detach(gone);
            attach();
        }

        private void advance() {
            long millis = 100 * (long) (random.nextInt(10) == 0 ? random.nextInt(4000) : random.nextInt(200));
            reference.advanceMillis(millis);
            hand.advanceMillis(millis);
        }

        private void addStatic() {
            String port = names.get(random.nextInt(names.size()));
            int vlan = reference.byName(port).vlan() instanceof VlanMode.Access access ? access.vlan() : 0;
            long statics =
                    reference.fdb.values().stream().filter(e -> e.isStatic).count();
            if (reference.byName(port).vlan() instanceof VlanMode.Trunk
                    || statics > 4
                    || reference.fdb.size() >= CAPACITY) {
                return;
            }
            long mac = Frames.station(1 + random.nextInt(20));
            reference.addStatic(vlan, "%012x".formatted(mac), port);
            hand.sw().addStatic(vlan, Frames.toSwitchOrder(mac), port);
        }

        /** Some frames into one port, as one run, then whatever comes out where. */
        private void burst() {
            String port = names.get(random.nextInt(names.size()));
            byte[][] burst = new byte[1 + random.nextInt(random.nextInt(8) == 0 ? 90 : 6)][];
            for (int i = 0; i < burst.length; i++) {
                burst[i] = randomFrame();
            }
            reference.sent.clear();
            for (byte[] frame : burst) {
                reference.receive(port, frame);
            }
            hand.send(port, burst);
            hand.settle();
            for (String name : names) {
                List<byte[]> expected = reference.sent.getOrDefault(name, List.of());
                List<byte[]> got = hand.received(name);
                if (workers == 1) {
                    Frames.assertSameOrder(expected, got, "received by " + name);
                } else {
                    Frames.assertSameFrames(expected, got, "received by " + name);
                }
            }
            hand.settle();
        }

        private byte[] randomFrame() {
            int tags = List.of(0, 0, 0, 1, 1, 2).get(random.nextInt(6));
            int length = List.of(14, 15, 59, 60, 100, 114, 115, 200, 1014, 1015, 1514, 1515, 1 + random.nextInt(70))
                    .get(random.nextInt(13));
            byte[] frame = Frames.untagged(destination(), source(), length, frames++);
            for (int i = 0; i < tags && frame.length >= 12; i++) {
                int priority = random.nextInt(16) << 12;
                frame = Frames.push(frame, priority | VIDS[random.nextInt(VIDS.length)]);
            }
            if (tags > 0 && random.nextInt(10) == 0) {
                frame = java.util.Arrays.copyOf(frame, 14 + random.nextInt(10)); // cut behind the type
            }
            return frame;
        }

        private long source() {
            return switch (random.nextInt(30)) {
                case 0 -> 0;
                case 1 -> Frames.BROADCAST;
                case 2 -> 0x0100_5e00_0001L;
                case 3, 4, 5, 6, 7 -> Frames.station(1 + random.nextInt(60));
                default -> Frames.station(1 + random.nextInt(12));
            };
        }

        private long destination() {
            return switch (random.nextInt(20)) {
                case 0, 1 -> Frames.BROADCAST;
                case 2 -> 0x0100_5e00_0001L;
                case 3 -> 0x0180_c200_0000L + random.nextInt(0x14);
                default -> Frames.station(1 + random.nextInt(16));
            };
        }

        private void compareFdb(int step) {
            Map<String, String> expected = new TreeMap<>();
            reference.fdb.forEach((key, entry) -> expected.put(
                    key.vlan() + "/" + key.mac(),
                    reference.ports.get(entry.port).name() + (entry.isStatic ? " static" : "")));
            Map<String, String> got = new TreeMap<>();
            for (FdbInfo info : hand.sw().fdb()) {
                String mac = "%012x".formatted(Long.reverseBytes(MacAddress.parse(info.mac())) >>> 16);
                got.put(info.vlan() + "/" + mac, info.port() + (info.isStatic() ? " static" : ""));
            }
            assertEquals(expected, got, "forwarding database after step " + step);
        }

        private void compareDrops() {
            Map<String, Map<DropReason, Long>> got = new TreeMap<>();
            hand.sw().counters().forEach((name, counters) -> {
                if (!counters.drops().isEmpty()) {
                    got.put(name, counters.drops());
                }
            });
            assertEquals(reference.drops, got, "drops by port and reason");
        }

        @Override
        public void close() {
            hand.close();
        }
    }
}
