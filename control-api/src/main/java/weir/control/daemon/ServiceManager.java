// SPDX-License-Identifier: Apache-2.0

package weir.control.daemon;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.ports.linux.LinuxException;
import weir.ports.linux.SocketIo;
import weir.ports.linux.UnixSocket;

/**
 * Tells the service manager how this process is doing: sd_notify(3), a datagram of {@code NAME=VALUE} lines to the socket that
 * NOTIFY_SOCKET names. Without one nothing is told. Any thread; never waits.
 */
final class ServiceManager {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);
    private static final long NANOS_PER_MICRO = 1_000;
    private static final long MICROS_PER_MILLI = 1_000;

    private final @Nullable String socket;
    private final long watchdogMicros;

    private ServiceManager(@Nullable String socket, long watchdogMicros) {
        this.socket = socket;
        this.watchdogMicros = watchdogMicros;
    }

    /** As the environment of this process says. */
    static ServiceManager of(Map<String, String> environment) {
        String pid = environment.get("WATCHDOG_PID");
        boolean isMeant =
                pid == null || pid.equals(Long.toString(ProcessHandle.current().pid()));
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        return new ServiceManager(
                environment.get("NOTIFY_SOCKET"),
                isMeant && micros.matches("[0-9]{1,15}") ? Long.parseLong(micros) : 0);
    }

    void ready() {
        tell("READY=1");
    }

    /** The clock is CLOCK_MONOTONIC, which is what System.nanoTime reads on Linux; systemd.service(5), Type=notify-reload. */
    void reloading() {
        tell("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / NANOS_PER_MICRO);
    }

    void stopping() {
        tell("STOPPING=1");
    }

    void alive() {
        tell("WATCHDOG=1");
    }

    /** Half of the time after which silence is taken for death; 0 when nobody watches. */
    long watchdogMillis() {
        return watchdogMicros == 0 ? 0 : Math.max(1, watchdogMicros / MICROS_PER_MILLI / 2);
    }

    private void tell(String text) {
        if (socket == null || socket.isEmpty()) {
            return;
        }
        try (UnixSocket to = UnixSocket.datagram();
                Arena arena = Arena.ofConfined()) {
            if (socket.startsWith("@")) {
                to.connectAbstract(socket.substring(1));
            } else {
                to.connect(socket);
            }
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            MemorySegment message = arena.allocate(bytes.length);
            MemorySegment.copy(bytes, 0, message, JAVA_BYTE, 0, bytes.length);
            long sent = new SocketIo().send(to.fd(), message.address(), bytes.length);
            if (sent < 0 && sent != SocketIo.EAGAIN) { // it has not read what came before: it knows enough
                LOG.warn("cannot tell the service manager {}: errno {}", text, -sent);
            }
        } catch (LinuxException e) {
            LOG.warn("cannot tell the service manager {}: {}", text, e.getMessage());
        }
    }
}
