// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * A connection over TCP with TLS (RFC 8446, RFC 5246). Nothing is sent before the other side has shown a certificate that is
 * trusted and is for the host asked for (RFC 9110, section 4.3.4). One thread.
 */
final class TlsConnection extends Connection {
    private final SSLEngine engine;
    /** Encrypted, as it came; between uses ready to be read from. */
    private final ByteBuffer in;
    /** Encrypted, to be sent; between uses ready to be read from. */
    private final ByteBuffer out;

    private TlsConnection(Wire wire, SSLEngine engine) {
        super(wire, engine.getSession().getApplicationBufferSize());
        this.engine = engine;
        int packetBytes = engine.getSession().getPacketBufferSize();
        in = ByteBuffer.allocate(packetBytes).flip();
        out = ByteBuffer.allocate(packetBytes).flip();
    }

    /** Connects, and makes sure who it is; throws {@link DaemonException} with what to do when that does not work. */
    static TlsConnection to(DaemonAddress.Tls address, Deadline deadline) {
        Wire wire = connect(address, deadline);
        TlsConnection connection = null;
        boolean isTrusted = false;
        try {
            connection = new TlsConnection(wire, engine(address));
            connection.handshake();
            isTrusted = true;
            return connection;
        } catch (SSLException e) {
            throw TlsFailures.handshake(address, e);
        } catch (IOException e) {
            throw TlsFailures.broken(address, e);
        } finally {
            if (!isTrusted) {
                wire.close();
            }
        }
    }

    private static Wire connect(DaemonAddress.Tls address, Deadline deadline) {
        IOException last = null;
        for (InetAddress each : addresses(address)) {
            try {
                return connect(new InetSocketAddress(each, address.port()), deadline);
            } catch (IOException e) {
                last = e;
            }
        }
        throw TlsFailures.cannotConnect(address, last);
    }

    private static InetAddress[] addresses(DaemonAddress.Tls address) {
        try {
            return InetAddress.getAllByName(address.host());
        } catch (UnknownHostException e) {
            throw TlsFailures.unknownHost(address, e);
        }
    }

    private static Wire connect(InetSocketAddress address, Deadline deadline) throws IOException {
        SocketChannel channel = SocketChannel.open();
        Wire wire = null;
        boolean isConnected = false;
        try {
            channel.configureBlocking(false);
            channel.connect(address);
            wire = new Wire(channel, deadline);
            wire.awaitConnected();
            isConnected = true;
            return wire;
        } finally {
            if (!isConnected) {
                channel.close();
                if (wire != null) {
                    wire.close();
                }
            }
        }
    }

    private static SSLEngine engine(DaemonAddress.Tls address) {
        SSLContext context = address.trust();
        SSLEngine engine = context.createSSLEngine(address.host(), address.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return engine;
    }

    private void handshake() throws IOException {
        engine.beginHandshake();
        ByteBuffer nothing = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted");
            }
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> runTasks();
                case NEED_WRAP -> answer();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (receive(nothing) < 0) {
                        throw new IOException("it hangs up");
                    }
                    if (engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP) {
                        wire().awaitBytes();
                    }
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    // The loop ends.
                }
            }
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** What TLS itself has to say. */
    private void answer() throws IOException {
        wire().writeAll(out);
        wrap(ByteBuffer.allocate(0));
        wire().writeAll(out);
    }

    /** Encrypts some of it; what was encrypted before is on its way. */
    private void wrap(ByteBuffer data) throws IOException {
        out.clear();
        try {
            engine.wrap(data, out);
        } finally {
            out.flip();
        }
    }

    @Override
    boolean transmit(ByteBuffer data) throws IOException {
        while (true) {
            wire().write(out);
            if (out.hasRemaining()) {
                return false;
            }
            if (!data.hasRemaining()) {
                return true;
            }
            wrap(data);
            if (!out.hasRemaining()) {
                throw new IOException("it has ended TLS");
            }
        }
    }

    /** One record at most; those without data (tickets, new keys) give 0, and there may be another one behind. */
    @Override
    int receive(ByteBuffer into) throws IOException {
        while (true) {
            int before = into.position();
            SSLEngineResult result = engine.unwrap(in, into);
            if (into.position() > before) {
                return into.position() - before;
            }
            switch (result.getStatus()) {
                case CLOSED -> {
                    return -1;
                }
                case BUFFER_OVERFLOW -> throw new SSLException("a record is longer than it may be");
                case OK -> {
                    if (result.bytesConsumed() == 0 && !react(result.getHandshakeStatus())) {
                        return 0;
                    }
                }
                case BUFFER_UNDERFLOW -> {
                    if (!more()) {
                        return 0;
                    }
                }
            }
        }
    }

    /** Does what is to be done before more can be read; whether that was something. */
    private boolean react(HandshakeStatus status) throws IOException {
        return switch (status) {
            case NEED_TASK -> {
                runTasks();
                yield true;
            }
            case NEED_WRAP -> {
                answer();
                yield true;
            }
            case NEED_UNWRAP_AGAIN -> true;
            case NEED_UNWRAP -> more();
            case FINISHED, NOT_HANDSHAKING -> false;
        };
    }

    /**
     * Takes encrypted bytes that are there; whether there were some.
     *
     * @throws IOException at an end that TLS did not announce, which anybody on the way can make
     */
    private boolean more() throws IOException {
        in.compact();
        try {
            int count = wire().read(in);
            if (count < 0) {
                throw new IOException("it hangs up");
            }
            return count > 0;
        } finally {
            in.flip();
        }
    }
}
