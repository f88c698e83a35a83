// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What this process writes to the audit log while this is open. */
public final class AuditLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("weir.audit");

    /** Listens from now on. */
    public AuditLines() {
        setContext(logger.getLoggerContext());
        start();
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        lines.add(event.getFormattedMessage());
    }

    /** All so far; forgets them. */
    public List<String> take() {
        List<String> taken = List.copyOf(lines);
        lines.subList(0, taken.size()).clear();
        return taken;
    }

    List<String> all() {
        return List.copyOf(lines);
    }

    int count() {
        return lines.size();
    }

    @Override
    public void close() {
        logger.detachAppender(this);
    }
}
