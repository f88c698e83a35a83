// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Many requests on one connection, each sent before the one before it was answered (RFC 9112, section 9.3.2). */
@Timeout(300)
@RequiresFeature(Feature.LINUX)
class PipeliningTest {
    private static final int REQUESTS = 1_000;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 ([0-9]{3}) ");

    @TempDir
    Path folder;

    private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());
    private final AppenderBase<ILoggingEvent> listener = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            // How long the event loop stood still is the machine's matter.
            boolean isOfTheMachine = event.getLoggerName().endsWith("BlockedThreadChecker");
            if (event.getLevel().isGreaterOrEqual(Level.WARN) && !isOfTheMachine) {
                complaints.add(event.getLoggerName() + ": " + event.getFormattedMessage()
                        + (event.getThrowableProxy() == null
                                ? ""
                                : ThrowableProxyUtil.asString(event.getThrowableProxy())));
            }
        }
    };

    @BeforeEach
    void listen() {
        listener.start();
        root().addAppender(listener);
    }

    @AfterEach
    void listenNoMore() {
        root().detachAppender(listener);
        listener.stop();
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    /** What is asked, by the number of the request, and what comes of it. */
    enum Mix {
        /** Answered by threads that may wait. */
        FOUND,
        /** Answered at once, on the event loop. */
        NOT_FOUND,
        /** Both, with bodies among them. */
        ALL;

        String request(int number) {
            return switch (kind(number)) {
                case 0 -> RawClient.request("GET", "/v1/switches", "");
                case 1 -> RawClient.request("GET", "/nothing/" + number, "");
                case 2 -> RawClient.request("POST", "/v1/switches", "{\"name\":\"s" + number + "\",\"workers\":0}");
                default -> RawClient.request("PATCH", "/v1/switches", "{}");
            };
        }

        int status(int number) {
            return switch (kind(number)) {
                case 0 -> 200;
                case 1 -> 404;
                case 2 -> 400;
                default -> 405;
            };
        }

        private int kind(int number) {
            return switch (this) {
                case FOUND -> 0;
                case NOT_FOUND -> 1;
                case ALL -> number * 7 % 11 % 4;
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void allAreAnsweredInTheirOrderAndNothingIsComplainedAbout(Mix mix) throws Exception {
        StringBuilder requests = new StringBuilder();
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            String request = mix.request(i);
            requests.append(i == REQUESTS - 1 ? request : request.replace("Connection: close\r\n", ""));
            expected.add(mix.status(i));
        }
        String answers;
        try (RunningServer server = RunningServer.in(folder);
                RawClient client = new RawClient(server.socket())) {
            Thread sender = Thread.ofPlatform().start(() -> send(client, requests.toString()));
            answers = client.rest();
            sender.join();
        }
        List<Integer> statuses = STATUS.matcher(answers)
                .results()
                .map((MatchResult match) -> Integer.parseInt(match.group(1)))
                .toList();
        assertEquals(List.of(), complaints);
        assertEquals(expected, statuses);
    }

    private static void send(RawClient client, String text) {
        try {
            client.send(text);
        } catch (IOException e) {
            // The answers that are missing show it.
        }
    }
}
