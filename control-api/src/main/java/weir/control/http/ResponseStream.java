// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * A response that a thread writes which may wait. No more than a bound is on its way at a time: a client that does not read
 * makes the writer wait, and one that goes away gets it an exception.
 */
final class ResponseStream extends OutputStream {
    /** On their way to the client. */
    static final int MAX_BYTES = 256 << 10;

    private final Context context;
    private final HttpServerResponse response;
    private int onTheWay;
    private boolean isGone;
    private boolean isClosed;
    private boolean isWhole;
    private boolean isQuiet;
    private Runnable whenAbandoned = () -> {};

    /** @param context event loop of the response */
    ResponseStream(Context context, HttpServerResponse response) {
        this.context = context;
        this.response = response;
    }

    /** What the answer is, if it gets so far. On the event loop. */
    void begin(String contentType) {
        response.setChunked(true).putHeader("Content-Type", contentType).putHeader("Cache-Control", "no-store");
    }

    /** Nothing was written, and nothing will be: the answer is another one. */
    synchronized void refuse() {
        isClosed = true;
        response.setChunked(false);
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int piece = Math.min(length - done, MAX_BYTES);
            claim(piece);
            Buffer buffer = Buffer.buffer(Arrays.copyOfRange(bytes, offset + done, offset + done + piece));
            context.runOnContext(_ -> response.write(buffer).onComplete(_ -> release(piece)));
            done += piece;
        }
    }

    private synchronized void claim(int bytes) throws IOException {
        while (!isGone && !isClosed && onTheWay + bytes > MAX_BYTES) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while the client did not read", e);
            }
        }
        if (isGone) {
            throw new IOException("the client is gone");
        }
        if (isClosed) {
            throw new IOException("the answer is closed");
        }
        onTheWay += bytes;
        isWhole = false;
        isQuiet = false;
    }

    /** What was written so far is whole: something else may follow. */
    @Override
    public synchronized void flush() {
        isWhole = true;
    }

    /**
     * Sends something without meaning when nothing was written since the last call, so that a quiet connection is not taken
     * for a dead one.
     */
    synchronized void beat(byte[] nothing) {
        if (isQuiet && isWhole && !isGone && !isClosed && onTheWay == 0) {
            Buffer buffer = Buffer.buffer(nothing);
            context.runOnContext(_ -> response.write(buffer));
        }
        isQuiet = true;
    }

    private synchronized void release(int bytes) {
        onTheWay -= bytes;
        notifyAll();
    }

    /** The client is gone. */
    void abandon() {
        Runnable then;
        synchronized (this) {
            if (isGone) {
                return;
            }
            isGone = true;
            notifyAll();
            then = isClosed ? () -> {} : whenAbandoned;
        }
        then.run();
    }

    /** What is done when the client goes before the end; at once when it has gone. */
    void whenAbandoned(Runnable then) {
        boolean isLate;
        synchronized (this) {
            whenAbandoned = then;
            isLate = isGone && !isClosed;
        }
        if (isLate) {
            then.run();
        }
    }

    /** Ends the answer. */
    @Override
    public void close() {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
            notifyAll();
            if (isGone) {
                return;
            }
        }
        context.runOnContext(_ -> response.end());
    }
}
