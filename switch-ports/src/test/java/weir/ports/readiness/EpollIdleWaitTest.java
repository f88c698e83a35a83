// SPDX-License-Identifier: Apache-2.0
package weir.ports.readiness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.testing.AllocatedBytes;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature(Feature.LINUX)
@Timeout(300)
class EpollIdleWaitTest {
    private static final long SECOND = 1_000_000_000;
    /** A wait that ends by itself only when what should end it did not. */
    private static final long LONG = 60 * SECOND;

    private static final long LONG_MILLIS = 60_000;
    /** A busy machine may make some of them late, but not all. */
    private static final int TRIES = 10;

    private final EpollIdleWait idle = new EpollIdleWait(Thread.currentThread());
    private FileDescriptor reading;
    private FileDescriptor writing;

    @BeforeEach
    void makePipe() throws IOException {
        FileDescriptor[] pipe = FileDescriptor.pipe();
        reading = pipe[0];
        writing = pipe[1];
    }

    @AfterEach
    void closeAll() throws IOException {
        idle.close();
        reading.close();
        if (writing.isOpen()) {
            writing.close();
        }
    }

    private void write() throws IOException {
        ByteBuffer one = ByteBuffer.allocateDirect(1);
        assertEquals(1, writing.write(one, 0, 1));
    }

    private static long millisOf(Runnable action) {
        long start = System.nanoTime();
        action.run();
        return (System.nanoTime() - start) / 1_000_000;
    }

    @Test
    void awaitsForAsLongAsItWasTold() {
        for (long millis : new long[] {3, 50}) {
            long shortest = Long.MAX_VALUE;
            for (int i = 0; i < TRIES; i++) {
                shortest = Math.min(shortest, millisOf(() -> idle.await(millis * 1_000_000)));
            }

            assertTrue(shortest >= millis - 1 && shortest < millis + 500, shortest + " ms instead of " + millis);
        }
    }

    @Test
    void wakeupBeforeTheWaitEndsIt() {
        idle.wakeup();

        assertTrue(millisOf(() -> idle.await(LONG)) < LONG_MILLIS / 2);
    }

    @Test
    void wakeupIsUsedUpByOneWait() {
        idle.wakeup();
        idle.await(LONG);

        assertTrue(millisOf(() -> idle.await(SECOND / 20)) >= 45);
    }

    @Test
    void wakeupFromAnotherThreadEndsTheWait() throws InterruptedException {
        Thread waker = Thread.ofPlatform().start(() -> {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            idle.wakeup();
        });

        assertTrue(millisOf(() -> idle.await(LONG)) < LONG_MILLIS / 2);
        waker.join();
    }

    @Test
    void noWakeupIsLostWhateverTheMoment() throws InterruptedException {
        final int rounds = 10_000;
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        Thread waker = Thread.ofPlatform().start(() -> {
            for (int i = 1; i <= rounds; i++) {
                for (int spin = i % 200; spin > 0; spin--) {
                    Thread.onSpinWait();
                }
                asked.set(i);
                idle.wakeup();
                while (answered.get() != i) {
                    Thread.onSpinWait();
                }
            }
        });
        for (int i = 1; i <= rounds; i++) {
            while (asked.get() != i) {
                long waited = millisOf(() -> idle.await(LONG));
                assertTrue(waited < LONG_MILLIS / 2, "wake-up " + i + " was lost");
            }
            answered.set(i);
        }
        waker.join();
    }

    @Test
    void tellsOfInputOnceAndNeverSpinsOnWhatIsNotRead() throws IOException {
        Told told = new Told();
        idle.register(reading.intValue(), told);
        write();

        idle.await(LONG);
        assertEquals(1, told.readable);

        assertTrue(millisOf(() -> idle.await(SECOND / 20)) >= 45, "returned for input that was told before");
        assertEquals(1, told.readable);

        write();
        idle.poll();
        assertEquals(2, told.readable);
    }

    @Test
    void tellsOfInputThatWasThereBefore() throws IOException {
        Told told = new Told();
        write();

        idle.register(reading.intValue(), told);
        idle.poll();

        assertEquals(1, told.readable);
    }

    @Test
    void pausedInputIsToldAfterItWasResumed() throws IOException {
        Told told = new Told();
        FdReadiness.Registration registration = idle.register(reading.intValue(), told);
        for (int round = 1; round <= 3; round++) {
            registration.pause();
            write();
            idle.await(SECOND / 50);
            assertEquals(round - 1, told.readable);

            registration.resume();
            idle.await(SECOND);
            assertEquals(round, told.readable);
        }
    }

    @Test
    void hangupIsToldOnceEvenWhilePaused() throws IOException {
        Told told = new Told();
        idle.register(reading.intValue(), told).pause();

        writing.close();

        idle.await(SECOND);
        assertTrue(millisOf(() -> idle.await(SECOND / 20)) >= 45);
        assertEquals(1, told.failed);
    }

    @Test
    void cancelledDescriptorIsSilentAndCanBeRegisteredAgain() throws IOException {
        Told told = new Told();
        FdReadiness.Registration registration = idle.register(reading.intValue(), told);
        registration.cancel();
        registration.cancel();
        write();
        idle.await(SECOND / 50);
        assertEquals(0, told.readable);

        idle.register(reading.intValue(), told);
        idle.poll();

        assertEquals(1, told.readable);
    }

    @Test
    void refusesADescriptorThatCannotBeWatched() throws IOException {
        Path file = Files.createTempFile("weir", "plain");
        FileDescriptor plain = FileDescriptor.from(file.toFile());
        try {
            assertThrows(IOException.class, () -> idle.register(plain.intValue(), new Told()));

            idle.register(reading.intValue(), new Told());
            idle.poll();
        } finally {
            plain.close();
            Files.delete(file);
        }
    }

    @Test
    void listenerThatThrowsStopsNobodyElse() throws IOException {
        AtomicInteger uncaught = new AtomicInteger();
        Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> uncaught.incrementAndGet());
        try {
            long shortest = Long.MAX_VALUE;
            for (int i = 1; i <= TRIES; i++) {
                idle.register(reading.intValue(), new Told() {
                    @Override
                    public void readable() {
                        throw new IllegalStateException("a defect");
                    }
                });
                write();

                shortest = Math.min(shortest, millisOf(() -> idle.await(LONG)));
                assertEquals(i, uncaught.get());
            }
            assertTrue(shortest < 500, "Netty slept");
        } finally {
            Thread.currentThread().setUncaughtExceptionHandler(null);
        }
    }

    @Test
    void pollingAndWaitingAllocateNothing() throws IOException {
        Told told = new Told();
        idle.register(reading.intValue(), told);
        final int rounds = 10_000;
        final ByteBuffer one = ByteBuffer.allocateDirect(1);
        long bytes = AllocatedBytes.ofRun(rounds, () -> exercise(one, rounds));

        assertTrue(bytes < rounds, bytes + " bytes in " + rounds + " rounds");
        assertTrue(told.readable >= 2 * rounds, told.readable + " times readable");
    }

    private void exercise(ByteBuffer one, int rounds) throws IOException {
        for (int i = 0; i < rounds; i++) {
            writing.write(one, 0, 1);
            idle.poll();
            idle.wakeup();
            idle.await(SECOND);
            idle.await(1000);
            reading.read(one, 0, 1);
        }
    }

    private static class Told implements FdReadiness.Listener {
        int readable;
        int failed;

        @Override
        public void readable() {
            readable++;
        }

        @Override
        public void failed() {
            failed++;
        }
    }
}
