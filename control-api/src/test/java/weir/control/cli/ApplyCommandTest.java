// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.daemon.Daemon;
import weir.control.daemon.DaemonSettings;

/** {@code weir apply} against a running daemon. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ApplyCommandTest {
    private static final String HEAD = "apiVersion: weir/v1\nkind: Topology\n";

    @TempDir
    Path folder;

    private Daemon daemon;
    private String socket;

    @BeforeEach
    void start() throws Exception {
        Path path = folder.resolve("api.sock");
        socket = path.toString();
        daemon = Daemon.start(DaemonSettings.at(path, folder.resolve("state")), Map.of());
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private CommandRun apply(String text, String... more) throws Exception {
        Path file = folder.resolve("topology.yaml");
        Files.writeString(file, HEAD + text);
        List<String> args = new java.util.ArrayList<>(List.of("apply", "-f", file.toString(), "--socket", socket));
        args.addAll(List.of(more));
        return CommandRun.of(args.toArray(String[]::new));
    }

    private static List<String> lines(CommandRun run) {
        return run.succeeds()
                .out()
                .lines()
                .map(line -> line.replaceAll(" +", " "))
                .toList();
    }

    @Test
    void printsThePlanAppliesItAndHasNothingToChangeTheSecondTime() throws Exception {
        Files.copy(Path.of("../examples/programs/pkt_count.o"), folder.resolve("count.o"));
        String text = "switches: {lan: {program: {object: count.o}, ports: {a: memory:a, b: null:b}}}\n";
        List<String> steps = lines(apply(text, "--dry-run"));
        assertEquals("+ lan switch with 1 worker", steps.getFirst());
        assertEquals("4 steps to take", steps.getLast());
        assertEquals(List.of("nothing to change"), lines(apply("switches: {}\n")), "the dry run took none");

        assertEquals("4 steps taken", lines(apply(text)).getLast());
        assertEquals(List.of("nothing to change"), lines(apply(text)));
        assertEquals(
                List.of("~ lan:a vlan access:10, storm none", "- lan:b port", "2 steps taken"),
                lines(apply(text.replace("memory:a, b: null:b", "{spec: memory:a, vlan: access:10}"))).stream()
                        .sorted(java.util.Comparator.comparingInt(line -> "~-2".indexOf(line.charAt(0))))
                        .toList());
    }

    @Test
    void jsonIsThePlanAsTheDaemonAnswersIt() throws Exception {
        CommandRun run = apply("switches: {lan: {}}\n", "-o", "json").succeeds();
        assertEquals(
                "{\"dry_run\":false,\"actions\":[{\"sign\":\"+\",\"place\":\"lan\",\"text\":\"switch with 1 worker\"}]}",
                run.json().toString());
    }

    @Test
    void aWrongFileIsRefusedWithEveryPlaceAndTheDaemonIsNotAsked() throws Exception {
        CommandRun run = apply("switches:\n  lan:\n    prots: {}\n    workers: none\n");
        assertEquals(2, run.exitCode());
        List<String> said = run.err().lines().toList();
        assertTrue(said.get(0).endsWith("topology.yaml:5:5: unknown field 'prots'"), said.get(0));
        assertTrue(said.get(1).startsWith("hint: did you mean 'ports'?"), said.get(1));
        assertTrue(said.get(2).contains("topology.yaml:6:5: 'workers' is 'none'"), said.get(2));
    }

    @Test
    void aRejectedProgramEndsWithFourAndChangesNothing() throws Exception {
        Files.copy(Path.of("../examples/programs/no_bounds_check.o"), folder.resolve("bad.o"));
        CommandRun run = apply("switches: {lan: {ports: {a: memory:a}, program: {object: bad.o}}}\n");
        assertEquals(4, run.exitCode(), run::err);
        assertEquals(List.of("nothing to change"), lines(apply("switches: {}\n")));
    }

    @Test
    void filesAndDaemonsThatAreNotThereHaveTheirOwnExitCodes() throws Exception {
        assertEquals(
                3,
                CommandRun.of("apply", "-f", folder.resolve("none").toString(), "--socket", socket)
                        .exitCode());
        Path file = folder.resolve("empty.yaml");
        Files.writeString(file, HEAD);
        String nobody = folder.resolve("no.sock").toString();
        assertEquals(
                5,
                CommandRun.of("apply", "-f", file.toString(), "--socket", nobody)
                        .exitCode());
        assertEquals(2, CommandRun.of("apply", "--socket", socket).exitCode());
    }

    @Test
    void theConfigurationCanBePutBackUnlessItHasChanged() throws Exception {
        apply("switches: {lan: {ports: {a: memory:a}}}\n").succeeds();
        DaemonClient client = DaemonClient.at(Path.of(socket));
        var answer = client.exchange(ApiRequest.get(ApiPath.of("config")));
        ApiRequest put = ApiRequest.put(ApiPath.of("config"))
                .withJson(answer.json())
                .withHeader("If-Match", answer.header("ETag"));
        assertTrue(client.json(put).path("actions").isEmpty());
        apply("switches: {}\n").succeeds();
        var stale = org.junit.jupiter.api.Assertions.assertThrows(
                weir.control.client.DaemonException.class, () -> client.json(put));
        assertEquals("stale", stale.refusal().code());
    }
}
