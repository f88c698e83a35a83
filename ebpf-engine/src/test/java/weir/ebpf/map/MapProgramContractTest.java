// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import weir.ebpf.DeterministicHost;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.kernel.KernelCollection;
import weir.ebpf.kernel.KernelMap;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.kernel.KernelRing;
import weir.ebpf.kernel.PerfRing;
import weir.ebpf.kernel.PerfRings;
import weir.ebpf.kernel.PinnedThread;
import weir.ebpf.kernel.XdpMd;
import weir.ebpf.map.MapCases.Operation;
import weir.ebpf.program.ProgramSpec;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/**
 * Programs and control code work on our map and on the kernel's own of that type, in turn: same results, errnos,
 * values, records, contents.
 */
@RequiresFeature(Feature.BPF_PROGRAMS)
class MapProgramContractTest {
    private static final int CPUS = KernelMap.possibleCpus();
    private static final long SEED = Long.getLong("weir.seed", System.nanoTime() & 0xff_ffffL);
    private static final int OPERATIONS = RunSize.of(600, 20_000);
    /** Of a CPU's entry the kernel makes a thread. */
    private static final int CPU_MAP_OPERATIONS = 60;

    private static final int OPERATIONS_PER_LOOK = 7;

    @TestFactory
    Stream<DynamicTest> givesTheKernelsResults() {
        System.out.println("seed " + SEED + " (-Dweir.seed=N runs that one)");
        return MapCases.specs().stream()
                .filter(spec -> !ProgramOperation.of(spec).isEmpty())
                .map(MapProgramContractTest::withoutPadding)
                .map(spec -> DynamicTest.dynamicTest(EbpfMapContractTest.name(spec), () -> run(spec)));
    }

    /** Behind a CPU's value of no multiple of 8 bytes the kernel leaves what an earlier element had there. */
    private static MapSpec withoutPadding(MapSpec spec) {
        return spec.type().isPerCpu()
                ? MapCases.map(spec.type(), spec.keyBytes(), spec.valueBytes() + 7 & -8, spec.maxEntries())
                        .withFlags(spec.flags())
                : spec;
    }

    @Test
    void kernelHasTheSameOperations() {
        List<String> wrong = new ArrayList<>();
        for (MapSpec spec : MapCases.specs()) {
            for (ProgramOperation operation : ProgramOperation.values()) {
                if (operation.isFor(spec) != isAccepted(spec, operation)) {
                    wrong.add(operation + " on " + spec);
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static boolean isAccepted(MapSpec spec, ProgramOperation operation) {
        List<MapSpec> maps = maps(spec);
        try (KernelCollection loaded = KernelCollection.load(programs(maps, List.of(operation)), maps, false)) {
            return loaded.main().fd() > 0;
        } catch (KernelProgram.Rejected e) {
            return false;
        }
    }

    /** The map in question is the last one; a map of maps has one inside. */
    private static List<MapSpec> maps(MapSpec spec) {
        MapSpec inner = spec.inner();
        return inner == null
                ? List.of(spec)
                : List.of(inner, spec.withContents(List.of(new MapSpec.Entry.InnerMap(1, 0))));
    }

    private static List<ProgramSpec> programs(List<MapSpec> maps, List<ProgramOperation> operations) {
        return operations.stream()
                .map(each -> each.program(maps.getLast(), maps.size() - 1))
                .toList();
    }

    private static void run(MapSpec spec) throws KernelProgram.Rejected, LoadException {
        List<MapSpec> maps = maps(spec);
        List<ProgramOperation> operations = ProgramOperation.of(spec);
        List<ProgramSpec> programs = programs(maps, operations);
        DeterministicHost host = new DeterministicHost(CPUS);
        try (PinnedThread pinned = new PinnedThread();
                KernelCollection kernels = KernelCollection.load(programs, maps, true);
                LoadedObject ours = LoadedObject.of(programs, maps, LoadOptions.on(host));
                Consumers consumers = new Consumers(spec, kernels.maps().getLast())) {
            EbpfMap ourMap = ours.map(spec.name()).orElseThrow();
            RandomGenerator random = new SplittableRandom(SEED);
            int count = spec.type() == MapType.CPUMAP ? CPU_MAP_OPERATIONS : OPERATIONS;
            int valueBytes = ourMap.control().valueBytes();
            List<String> done = new ArrayList<>();
            for (Operation next : MapCases.operations(spec, valueBytes, count, random)) {
                boolean byControl = random.nextInt(4) == 0 && isForControl(spec, next);
                int index = random.nextInt(operations.size());
                long flags = operations.get(index).flags(random);
                done.add(byControl ? next.toString() : operations.get(index) + " flags " + flags + " " + next);
                Object expected = byControl
                        ? next.runOn(kernels.maps().getLast())
                        : onKernel(kernels.program(index), next, flags);
                Object found = byControl
                        ? next.runOn(ourMap.control())
                        : onEngine(ours, operations.get(index), next, flags, pinned.cpu());
                if (!byControl || EbpfMapContractTest.isSameInAnyOrder(spec, next)) {
                    assertEquals(expected, found, () -> "seed " + SEED + ": " + lastOf(done));
                }
                if (done.size() % OPERATIONS_PER_LOOK == 0) {
                    assertEquals(consumers.ofKernel(), consumers.ofEngine(ourMap, host), () -> lastOf(done));
                }
            }
            if (!spec.type().isMapInMap()) {
                EbpfMapContractTest.compareContents(
                        spec, ourMap.control(), kernels.maps().getLast());
            }
        }
    }

    /** Events stay where they are; what a map of maps shows of the others is a number that each kernel draws. */
    private static boolean isForControl(MapSpec spec, Operation next) {
        return spec.type() != MapType.PERF_EVENT_ARRAY
                && !(spec.type().isMapInMap() && next.kind() != MapCases.Kind.DELETE);
    }

    private static String lastOf(List<String> done) {
        return "after " + done.subList(Math.max(0, done.size() - 10), done.size());
    }

    /** What a run left: r0 and the frame. */
    private record Left(int returnValue, Bytes frame) {}

    private static Left onKernel(KernelProgram program, Operation next, long flags) {
        byte[] frame = frame(next, flags);
        KernelProgram.Run run = program.run(frame, XdpMd.arriving(0, frame.length, 1, 0));
        assertEquals(0, run.errno());
        return new Left(run.returnValue(), run.data());
    }

    private static Left onEngine(LoadedObject object, ProgramOperation operation, Operation next, long flags, int cpu) {
        TestRun.Result result = new TestRun(Bytes.of(frame(next, flags)), 0, 1, 0, 1, cpu)
                .run(object.program(operation.programName()).orElseThrow());
        assertNull(result.fault(), () -> String.valueOf(result.fault()));
        return new Left(result.action(), result.data());
    }

    private static byte[] frame(Operation next, long flags) {
        return ProgramOperation.frame(next.key().toArray(), next.value().toArray(), flags);
    }

    /** Those who take records and events. */
    private static final class Consumers implements AutoCloseable {
        private final MapSpec spec;
        private final List<KernelRing> rings = new ArrayList<>();
        private final List<PerfRings> events = new ArrayList<>();

        Consumers(MapSpec spec, KernelMap map) {
            this.spec = spec;
            if (spec.type() == MapType.RINGBUF) {
                rings.add(new KernelRing(map, spec.maxEntries()));
            } else if (spec.type() == MapType.PERF_EVENT_ARRAY) {
                events.add(new PerfRings(map));
            }
        }

        List<Object> ofKernel() {
            List<Object> taken = new ArrayList<>();
            rings.forEach(ring -> taken.addAll(ring.take()));
            events.forEach(ring -> taken.addAll(ring.take()));
            return taken;
        }

        List<Object> ofEngine(EbpfMap map, DeterministicHost host) {
            List<Object> taken = new ArrayList<>();
            if (spec.type() == MapType.RINGBUF) {
                taken.addAll(OwnRing.take(map));
            }
            for (DeterministicHost.Event event : host.takeEvents()) {
                byte[] all = Arrays.copyOf(
                        event.data().toArray(),
                        event.data().length() + event.frame().length());
                byte[] frame = event.frame().toArray();
                System.arraycopy(frame, 0, all, event.data().length(), frame.length);
                taken.add(PerfRing.padded(Bytes.of(all)));
            }
            return taken;
        }

        @Override
        public void close() {
            rings.forEach(KernelRing::close);
            events.forEach(PerfRings::close);
        }
    }
}
