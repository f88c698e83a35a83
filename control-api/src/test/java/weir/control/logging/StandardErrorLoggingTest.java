// SPDX-License-Identifier: Apache-2.0

package weir.control.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandardErrorLoggingTest {
    private final LoggerContext context = new LoggerContext();
    private final Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    private ExecutionStatus configure(Map<String, String> environment, URL... classPath) throws IOException {
        lines.start();
        root.addAppender(lines);
        try (URLClassLoader loader = new URLClassLoader(classPath, null)) {
            StandardErrorLogging logging = new StandardErrorLogging(environment, loader);
            logging.setContext(context);
            return logging.configure(context);
        }
    }

    @Test
    void isFoundByLogback() {
        assertEquals(
                1,
                ServiceLoader.load(ch.qos.logback.classic.spi.Configurator.class).stream()
                        .filter(each -> each.type() == StandardErrorLogging.class)
                        .count());
    }

    @Test
    void warningsOnStandardErrorAndWhoChangedWhat() throws IOException {
        assertEquals(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY, configure(Map.of()));
        ConsoleAppender<?> appender = assertInstanceOf(ConsoleAppender.class, root.getAppender("stderr"));
        assertEquals("System.err", appender.getTarget());
        assertEquals(Level.WARN, context.getLogger("weir.core").getEffectiveLevel());
        assertEquals(Level.INFO, context.getLogger("weir.audit").getEffectiveLevel());
        assertEquals(Level.ERROR, context.getLogger("io.netty.util").getEffectiveLevel());
    }

    @ParameterizedTest
    @CsvSource({"ERROR,ERROR", "warn,WARN", "Info,INFO", "DEBUG,DEBUG", "trace,TRACE", "'',WARN"})
    void levelFromTheEnvironment(String given, String level) throws IOException {
        configure(Map.of("WEIR_LOG_LEVEL", given));
        assertEquals(Level.toLevel(level), root.getLevel());
        assertEquals(List.of(), lines.list);
    }

    @Test
    void anUnknownLevelIsNamedAndWarnCounts() throws IOException {
        configure(Map.of("WEIR_LOG_LEVEL", "loud"));
        assertEquals(Level.WARN, root.getLevel());
        assertEquals(
                List.of("WEIR_LOG_LEVEL: 'loud' is none of [ERROR, WARN, INFO, DEBUG, TRACE]; WARN counts"),
                lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
    }

    @ParameterizedTest
    @CsvSource({"logback.xml", "logback-test.xml", "logback.scmo"})
    void aConfigurationOnTheClassPathGoesFirst(String file, @TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve(file), "<configuration/>");
        assertEquals(
                ExecutionStatus.INVOKE_NEXT_IF_ANY,
                configure(Map.of("WEIR_LOG_LEVEL", "trace"), folder.toUri().toURL()));
        assertNull(root.getAppender("stderr"));
    }
}
