// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.core.frame.FramePool;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.core.testing.Seeds;
import weir.core.testing.Traced;
import weir.core.trace.TraceSettings;
import weir.ebpf.Engine;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.testing.RunSize;

/**
 * The same random frames through the interpreter and the compiler, and through the compiler with every frame traced: same
 * ports, same bytes, same order, same counters, same maps.
 */
class EngineDifferentialTest {
    private static final int ROUNDS = 60;
    /** Types of maps that programs write, in which nothing is numbered anew by each load. */
    private static final Set<MapType> HAVE_DATA =
            EnumSet.of(MapType.ARRAY, MapType.PERCPU_ARRAY, MapType.HASH, MapType.PERCPU_HASH);

    private static final int MAX_BURST = 40;
    private static final List<String> PORTS = List.of("a", "b", "c", "d");

    private record Seen(
            Map<String, List<String>> received, Map<?, ?> counters, ProgramCounters program, List<String> maps) {
        Seen sorted() {
            Map<String, List<String>> each = new LinkedHashMap<>();
            received.forEach(
                    (port, frames) -> each.put(port, frames.stream().sorted().toList()));
            return new Seen(each, counters, program, maps);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "steered,1",
        "steered,2",
        "flood_bridge,1",
        "vlan_tags,1",
        "tcp_mss,1",
        "tail_calls,2",
        "vale_steered,1",
        "vale_steered,2"
    })
    void enginesAgree(String object, int workers) {
        for (long seed : Seeds.of(RunSize.of(1, 20))) {
            enginesAgree(object, workers, Seeds.random(seed));
        }
    }

    private static void enginesAgree(String object, int workers, RandomGenerator random) {
        List<Map<String, byte[][]>> rounds = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            Map<String, byte[][]> sent = new LinkedHashMap<>();
            for (String port : PORTS) {
                byte[][] burst = new byte[random.nextInt(MAX_BURST)][];
                Arrays.setAll(burst, n -> randomFrame(random, object));
                sent.put(port, burst);
            }
            rounds.add(sent);
        }
        Seen interpreted = run(object, workers, Engine.interpreter(), rounds, false);
        Seen checked = run(object, workers, Engine.jit(), rounds, false);
        Seen unchecked = run(object, workers, Engine.jit().unchecked(), rounds, false);
        assertEquals(interpreted, checked);
        assertEquals(interpreted, unchecked);
        tracesChangeNothing(object, workers, rounds);
    }

    private static void tracesChangeNothing(String object, int workers, List<Map<String, byte[][]>> rounds) {
        rounds.forEach(round -> round.values().forEach(EngineDifferentialTest::leaveStartsAlone));
        Seen plain = run(object, workers, Engine.jit(), rounds, false);
        Seen traced = run(object, workers, Engine.jit(), rounds, true);
        // Where frames of several workers meet, and where programs redirect through several maps, the order at a port
        // depends on which frames share a batch.
        boolean isOrdered = workers == 1 && !object.equals("steered");
        assertEquals(isOrdered ? plain : plain.sorted(), isOrdered ? traced : traced.sorted());
    }

    /** What comes to light in front of a frame depends on who had its slot before, and so on the order of slots. */
    private static void leaveStartsAlone(byte[][] burst) {
        for (byte[] frame : burst) {
            if (frame.length > Steered.COMMAND_BYTE && frame[Steered.COMMAND_BYTE] == Steered.ADJUST_HEAD) {
                frame[Steered.COMMAND_BYTE] = Steered.RETURN;
            }
        }
    }

    private static byte[] randomFrame(RandomGenerator random, String object) {
        int length =
                random.nextInt(10) == 0 ? random.nextInt(14, FramePool.MAX_SMALL_FRAME_BYTES) : random.nextInt(40, 120);
        byte[] frame = Frames.untagged(Frames.station(random.nextInt(6)), Frames.station(random.nextInt(6)), length, 0);
        if (object.equals("vale_steered") && length >= 40) {
            int returned = random.nextInt(8) == 0 ? random.nextInt() : random.nextInt(256);
            int command = random.nextBoolean() ? Steered.WRITE_CONTEXT : Steered.RETURN;
            byte[] steering =
                    Steered.frame(command, random.nextInt(3) == 0 ? returned : random.nextInt(5), random.nextInt());
            System.arraycopy(steering, 14, frame, 14, 26);
        } else if (object.equals("steered") && length >= 40) {
            int argument = random.nextInt(8) == 0 ? random.nextInt() : random.nextInt(-8, 16);
            int flags = random.nextInt(4) == 0 ? random.nextInt(32) : 0;
            // Neither randomness of the kernel's nor events that the order of workers decides.
            byte[] steering = Steered.frame(random.nextInt(Steered.REPLY + 1), argument, flags);
            steering[Steered.EGRESS_ACTION_BYTE] = (byte) random.nextInt(11);
            System.arraycopy(steering, 14, frame, 14, 26);
        } else {
            byte[] noise = new byte[Math.min(length - 12, 60)];
            random.nextBytes(noise);
            System.arraycopy(noise, 0, frame, 12, noise.length);
            int type = new int[] {0x0800, 0x86dd, 0x8100, 0x88a8, 0x0806}[random.nextInt(5)];
            Frames.writeShort(frame, 12, type);
            if (length > 14) {
                frame[14] = 0x45;
            }
        }
        return frame;
    }

    private static Seen run(
            String object, int workers, Engine engine, List<Map<String, byte[][]>> rounds, boolean isTraced) {
        try (HandDrivenSwitch hand =
                new HandDrivenSwitch(c -> c.withWorkers(workers)).ports(PORTS.toArray(String[]::new))) {
            boolean isSteered = object.endsWith("steered");
            ProgramOptions options = Steered.options()
                    .withEngine(engine)
                    .withProgram(object.equals("tail_calls") ? "parse_ethernet" : "");
            AttachedProgram program = Steered.load(
                    hand,
                    ProgramPlace.onSwitch(),
                    isSteered ? Steered.object(object) : Steered.example(object),
                    options,
                    each -> fillMaps(each, object));
            Map<String, List<String>> received = new LinkedHashMap<>();
            for (Map<String, byte[][]> round : rounds) {
                if (isTraced) {
                    trace(hand, round);
                } else {
                    round.forEach(hand::send);
                    hand.settle();
                }
                for (String port : PORTS) {
                    List<String> all = received.computeIfAbsent(port, name -> new ArrayList<>());
                    hand.received(port).forEach(frame -> all.add(Frames.hex(frame)));
                }
            }
            Map<?, ?> counters = hand.sw().counters();
            ProgramCounters all = program.counters();
            return new Seen(received, counters, withoutTime(all), maps(program));
        }
    }

    /** Each frame is traced: of those that are dropped at once, too. */
    private static void trace(HandDrivenSwitch hand, Map<String, byte[][]> round) {
        int frames = round.values().stream().mapToInt(burst -> burst.length).sum();
        try {
            Traced traced = Traced.of(hand, TraceSettings.NEXT.withFrames(TraceSettings.MAX_FRAMES), () -> {
                round.forEach(hand::send);
                hand.settle();
            });
            assertEquals(frames, traced.frames().size());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> maps(AttachedProgram program) {
        List<String> all = new ArrayList<>();
        for (MapSpec map : program.maps()) {
            if (HAVE_DATA.contains(map.type())) {
                program.withMap(map.name(), live -> live.control().entries()).orElseThrow().stream()
                        .map(entry -> map.name() + " " + entry)
                        .sorted()
                        .forEach(all::add);
            }
        }
        return all;
    }

    private static void fillMaps(AttachedProgram program, String object) {
        if (object.equals("steered")) {
            EbpfVerdictTest.fillMaps(program);
            program.setRedirect("devmap", 3, 3, "on_the_way_out");
            program.setRedirect("devmap_hash", 5, 4, "longer_on_the_way_out");
            program.setRedirect("cpumap", 0, 1, "on_another_cpu");
        } else if (object.equals("flood_bridge")) {
            for (int port = 1; port <= PORTS.size(); port++) {
                program.setRedirect("ports", port, port, "");
            }
        }
    }

    private static ProgramCounters withoutTime(ProgramCounters counters) {
        return new ProgramCounters(
                counters.aborted(),
                counters.dropped(),
                counters.passed(),
                counters.transmitted(),
                counters.redirected(),
                counters.invalid(),
                counters.flooded(),
                counters.faults(),
                counters.egressFrames(),
                counters.egressDrops(),
                counters.cpumapFrames(),
                counters.cpumapDrops(),
                0,
                0);
    }
}
