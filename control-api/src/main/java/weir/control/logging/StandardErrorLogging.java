// SPDX-License-Identifier: Apache-2.0

package weir.control.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import java.util.List;
import java.util.Map;

/**
 * Log lines on standard error, from the level that {@code WEIR_LOG_LEVEL} names, where neither the class path nor the
 * property {@code logback.configurationFile} has a configuration of Logback. Code instead of a file, so that a process
 * needs no XML parser to start. Logback finds it as a service.
 */
public final class StandardErrorLogging extends ContextAwareBase implements Configurator {
    private static final String FILE_PROPERTY = "logback.configurationFile";
    private static final List<String> FILES = List.of("logback-test.xml", "logback.xml", "logback.scmo");
    private static final String LEVEL_VARIABLE = "WEIR_LOG_LEVEL";
    private static final List<Level> LEVELS = List.of(Level.ERROR, Level.WARN, Level.INFO, Level.DEBUG, Level.TRACE);
    private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %logger{0}: %msg%n%ex{short}";

    private final Map<String, String> environment;
    private final ClassLoader classPath;

    /** For Logback. */
    public StandardErrorLogging() {
        this(System.getenv(), StandardErrorLogging.class.getClassLoader());
    }

    StandardErrorLogging(Map<String, String> environment, ClassLoader classPath) {
        this.environment = environment;
        this.classPath = classPath;
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty(FILE_PROPERTY) != null
                || FILES.stream().anyMatch(file -> classPath.getResource(file) != null)) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        context.getStatusManager().add(new NopStatusListener());
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(standardError(context));
        root.setLevel(Level.WARN);
        // Netty reports the lack of a loopback interface, usual in a fresh network namespace, as a warning.
        context.getLogger("io.netty").setLevel(Level.ERROR);
        // Who changed what.
        context.getLogger("weir.audit").setLevel(Level.INFO);
        String level = environment.get(LEVEL_VARIABLE);
        if (level != null && !level.isEmpty()) {
            setLevel(root, level);
        }
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static void setLevel(Logger root, String wanted) {
        LEVELS.stream()
                .filter(each -> each.toString().equalsIgnoreCase(wanted))
                .findFirst()
                .ifPresentOrElse(
                        root::setLevel,
                        () -> root.warn("{}: '{}' is none of {}; WARN counts", LEVEL_VARIABLE, wanted, LEVELS));
    }

    private static ConsoleAppender<ILoggingEvent> standardError(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }
}
