// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.core.frame.FramePool;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.core.testing.Seeds;
import weir.ebpf.Engine;
import weir.testing.RunSize;

/** The same random frames through the interpreter and the compiler: same ports, same bytes, same order, same counters. */
class EngineDifferentialTest {
    private static final int ROUNDS = 60;
    private static final int MAX_BURST = 40;
    private static final List<String> PORTS = List.of("a", "b", "c", "d");

    private record Seen(Map<String, List<String>> received, Map<?, ?> counters, ProgramCounters program) {}

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
        Seen interpreted = run(object, workers, Engine.interpreter(), rounds);
        Seen checked = run(object, workers, Engine.jit(), rounds);
        Seen unchecked = run(object, workers, Engine.jit().unchecked(), rounds);
        assertEquals(interpreted, checked);
        assertEquals(interpreted, unchecked);
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

    private static Seen run(String object, int workers, Engine engine, List<Map<String, byte[][]>> rounds) {
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
                round.forEach(hand::send);
                hand.settle();
                for (String port : PORTS) {
                    List<String> all = received.computeIfAbsent(port, name -> new ArrayList<>());
                    hand.received(port).forEach(frame -> all.add(Frames.hex(frame)));
                }
            }
            Map<?, ?> counters = hand.sw().counters();
            ProgramCounters all = program.counters();
            return new Seen(received, counters, withoutTime(all));
        }
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
