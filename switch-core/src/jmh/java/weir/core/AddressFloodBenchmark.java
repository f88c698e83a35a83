// SPDX-License-Identifier: Apache-2.0
package weir.core;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import weir.core.fdb.Fdb;
import weir.core.fdb.FdbConfig;
import weir.core.fdb.FdbListener;
import weir.core.fdb.LearningProgram;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FramePool;
import weir.core.frame.PoolConfig;
import weir.core.frame.PoolMemory;

/**
 * What deciding about known unicast costs beside a port that sends from a new address each time, against the same
 * beside a port that behaves. The figure is nanoseconds for one frame of the port that behaves; what the neighbour
 * sends between is decided outside the time that is measured, so only what it leaves behind counts: a fuller database,
 * colder caches.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class AddressFloodBenchmark {
    private static final int BATCH = 64;
    private static final int STATIONS = 256;
    private static final int PORTS = 16;
    private static final int NEIGHBOUR = PORTS - 1;
    private static final long STATION = 0x02L;
    private static final long MADE_UP = 0x66_02L;
    private static final long BROADCAST = 0xffff_ffff_ffffL;

    private static final int BATCHES_OF_THE_PORT = 64;
    private static final int BATCHES_OF_THE_NEIGHBOUR = 4;

    /** Whether a neighbour sends at all, and if it does, from how many addresses. */
    @Param({"none", "behaves", "floods"})
    public String neighbour = "none";

    private FramePool pool;
    private FrameBatch batch;
    private FrameBatch neighboursBatch;
    private LearningProgram learning;
    private long nextAddress;

    @Setup(Level.Trial)
    public void learnEveryStation() {
        pool = new FramePool(new PoolConfig(1024, 0, 1024), 1, PoolMemory.anonymous());
        Fdb fdb = new Fdb(FdbConfig.defaults(), PORTS, new SilentListener());
        learning = new LearningProgram(fdb, pool.baseAddress(), PORTS, false);
        batch = framesOf(0);
        neighboursBatch = framesOf(NEIGHBOUR);
        for (int station = 0; station < STATIONS; station++) {
            FrameBatch hello = framesOf(station % PORTS);
            for (int i = 0; i < BATCH; i++) {
                write(hello.frames()[i], BROADCAST, STATION | (long) station << 32);
            }
            learning.decide(hello, true);
            release(hello);
        }
        for (int i = 0; i < BATCH; i++) {
            write(batch.frames()[i], stationAt(1 + i % (NEIGHBOUR - 1)), stationAt(0));
            write(neighboursBatch.frames()[i], stationAt(1 + i % (NEIGHBOUR - 1)), stationAt(NEIGHBOUR));
        }
        for (int i = 0; i < 100_000; i++) {
            theNeighbourSends(); // the flood has reached its quota before the first measurement
        }
    }

    /** Some station behind a port. */
    private static long stationAt(int port) {
        return STATION | (long) port << 32;
    }

    private FrameBatch framesOf(int port) {
        FrameBatch made = new FrameBatch(BATCH);
        for (int i = 0; i < BATCH; i++) {
            made.frames()[i] = Frame.withLength(pool.store(0).allocate(port), 64);
        }
        made.addRun(port, 0, BATCH);
        return made;
    }

    private void release(FrameBatch used) {
        pool.store(0).release(used.frames(), 0, BATCH);
    }

    private void write(long frame, long destination, long source) {
        MemorySegment bytes = pool.bytes(frame);
        bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, destination);
        bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, 6, source);
    }

    @Setup(Level.Invocation)
    public void theNeighbourSends() {
        for (int i = 0; i < BATCHES_OF_THE_NEIGHBOUR && !neighbour.equals("none"); i++) {
            if (neighbour.equals("floods")) {
                makeUpAddresses();
            }
            learning.decide(neighboursBatch, true);
        }
    }

    private void makeUpAddresses() {
        MemorySegment memory = pool.memory();
        for (int i = 0; i < BATCH; i++) {
            long made = MADE_UP | (nextAddress++ << 16) & 0xffff_ffff_0000L;
            memory.set(
                    ValueLayout.JAVA_LONG_UNALIGNED,
                    Frame.position(neighboursBatch.frames()[i]) + 6,
                    made);
        }
    }

    @Benchmark
    @OperationsPerInvocation(BATCH * BATCHES_OF_THE_PORT)
    public int decidesKnownUnicast() {
        int last = 0;
        for (int i = 0; i < BATCHES_OF_THE_PORT; i++) {
            learning.decide(batch, true);
            last += batch.verdicts()[i];
        }
        return last;
    }

    @TearDown(Level.Trial)
    public void freeThePool() {
        pool.close();
    }

    private static final class SilentListener implements FdbListener {
        @Override
        public void learned(long key, int portIndex) {
            // nobody to tell
        }

        @Override
        public void flapping(long key, int heldAtPortIndex) {
            // nobody to tell
        }
    }
}
