// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
class CommandQueueTest {
    private final CommandQueue commands = new CommandQueue(new WakeupList(() -> {}));
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final Thread worker = Thread.ofPlatform().daemon(true).start(() -> {
        while (running.get()) {
            commands.drain();
            LockSupport.parkNanos(1_000);
        }
    });

    @AfterEach
    void stop() throws InterruptedException {
        running.set(false);
        worker.join();
    }

    @Test
    void runsOnTheWorkersThreadAndReturnsItsResult() throws Exception {
        assertSame(worker, commands.call(Thread::currentThread));
        assertTrue(commands.isEmpty());
    }

    @Test
    void passesOnWhatTheCommandThrew() {
        Callable<String> broken = () -> {
            throw new IOException("no such thing");
        };
        assertEquals(
                "no such thing",
                assertThrows(IOException.class, () -> commands.call(broken)).getMessage());
    }

    @Test
    void aPassageMeansThatWhatTheWorkerWasAtIsOver() throws Exception {
        AtomicBoolean isAtWork = new AtomicBoolean();
        AtomicBoolean goesOn = new AtomicBoolean();
        Thread.ofPlatform().daemon(true).start(() -> {
            try {
                commands.call(() -> {
                    isAtWork.set(true);
                    while (!goesOn.get()) {
                        Thread.onSpinWait();
                    }
                    return true;
                });
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        while (!isAtWork.get()) {
            Thread.onSpinWait();
        }
        int passage = commands.askForPassage();
        Thread waiter = Thread.ofPlatform().daemon(true).start(() -> commands.awaitPassage(passage));
        assertFalse(waiter.join(Duration.ofMillis(50)), "the worker is still at it");
        goesOn.set(true);
        assertTrue(waiter.join(Duration.ofMinutes(1)));
        commands.awaitPassage(commands.askForPassage());
    }

    @Test
    void anInterruptDoesNotCutAPassageShort() {
        Thread.currentThread().interrupt();
        commands.awaitPassage(commands.askForPassage());
        assertTrue(Thread.interrupted());
    }

    @Test
    void runsCommandsOfOneThreadInOrder() throws Exception {
        StringBuilder order = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            int n = i;
            commands.call(() -> order.append(n));
        }
        assertEquals("0123456789", order.toString());
    }
}
