// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import weir.ports.testing.Netns;
import weir.ports.testing.Waiting;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.PING})
@Timeout(300)
class RunTapTest {
    private final Netns left = new Netns();
    private final Netns right = new Netns();

    @AfterEach
    void removeNamespaces() {
        left.close();
        right.close();
    }

    private WeirProcess run(String... more) {
        String[] args = new String[3 + more.length];
        args[0] = "run";
        args[1] = "tap:h0?netns=" + left.path();
        args[2] = "tap:h0?netns=" + right.path();
        System.arraycopy(more, 0, args, 3, more.length);
        return WeirProcess.start(args).awaitText("ready: h0 UP, h0-2 UP");
    }

    private void configure() {
        left.ip("addr", "add", "198.18.66.1/24", "dev", "h0");
        right.ip("addr", "add", "198.18.66.2/24", "dev", "h0");
    }

    private void assertPings() {
        Pings.areAnswered(left::run, "198.18.66.2");
    }

    @Test
    void carriesPingsUntilItIsTerminatedAndPrintsCounters() throws InterruptedException {
        try (WeirProcess run = run("-o", "json")) {
            configure();
            assertPings();

            run.signal("TERM");

            assertEquals(0, run.exitCode(), run::err);
            JsonNode port = run.json().get("ports").get("h0-2");
            assertTrue(port.get("received").asLong() >= 4, port::toString); // an ARP answer, three pings
            assertTrue(run.json().get("law").get("holds").asBoolean());
            assertNoInterfaceIsLeft();
        }
    }

    /** A program is replaced by writing its file anew; one that is refused changes nothing. */
    @Test
    void forwardsAsItsProgramSaysWhichIsReplacedUnderTraffic(@TempDir Path folder) throws Exception {
        Path program = folder.resolve("program.o");
        install("bridge.o", program);
        try (WeirProcess run = run("--program", program.toString(), "--watch")) {
            configure();
            assertPings();

            install("no_bounds_check.o", program);
            run.awaitText("not reloaded: " + program + ": no_bounds_check rejected by the verifier");
            assertPings();

            install("drop_port.o", program);
            run.awaitText("program drop_port replaced bridge on the switch");
            assertPings();

            run.signal("TERM");
            assertEquals(0, run.exitCode(), run::err);
            assertTrue(run.out().contains("law: every frame is accounted for"), run::out);
            assertTrue(run.err().contains("no_bounds_check.c:11:9: error:"), run::err);
            assertNoInterfaceIsLeft();
        }
    }

    @Test
    void looksAtFilesOnlyWhenAskedTo(@TempDir Path folder) throws Exception {
        Path program = folder.resolve("program.o");
        install("bridge.o", program);
        try (WeirProcess run = run("--program", program.toString())) {
            configure();
            install("drop_port.o", program);
            assertPings();
            TimeUnit.SECONDS.sleep(1); // four looks of who watches

            run.signal("TERM");
            assertEquals(0, run.exitCode(), run::err);
            assertFalse(run.out().contains("replaced"), run::out);
        }
    }

    /** A map that only the new program has is filled as the command line says. */
    @Test
    void fillsMapsThatAReloadedProgramBrings(@TempDir Path folder) throws Exception {
        Path program = folder.resolve("program.o");
        install("acl.o", program);
        try (WeirProcess run = run("--program", program.toString(), "--set", "rules_v4:198.18.66.0/24=1", "--watch")) {
            configure();
            assertTrue(pingOrNothing().contains(" 0 received"));
            install("bridge.o", program);
            run.awaitText("program bridge replaced acl");
            assertPings();
            install("acl.o", program);
            run.awaitText("program acl replaced bridge");
            assertTrue(pingOrNothing().contains(" 0 received"));

            run.signal("TERM");
            assertEquals(0, run.exitCode(), run::err);
        }
    }

    /** ARP has a slot in the program's array, but nobody in it; what is put there drops it, also after a reload. */
    @Test
    void putsProgramsIntoProgramArrays(@TempDir Path folder) throws Exception {
        Path program = folder.resolve("program.o");
        install("tail_calls.o", program);
        try (WeirProcess run =
                run("--program", program + ":parse_ethernet", "--set", "stages:2=parse_ipv4", "--watch")) {
            configure();
            assertTrue(pingOrNothing().contains(" 0 received"));
            install("tail_calls.o", program);
            run.awaitText("program parse_ethernet replaced parse_ethernet");
            assertTrue(pingOrNothing().contains(" 0 received"));

            run.signal("TERM");
            assertEquals(0, run.exitCode(), run::err);
        }
    }

    private String pingOrNothing() {
        return left.run("sh", "-c", "ping -n -c 1 -W 1 198.18.66.2 || true");
    }

    private static void install(String example, Path file) throws IOException {
        Path whole = file.resolveSibling("next.o");
        Files.copy(Path.of(System.getProperty("weir.root"), "examples/programs", example), whole);
        Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    }

    @Test
    void endsAtCtrlCAndRunsAgain() throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            try (WeirProcess run = run()) {
                run.signal("INT");

                assertEquals(0, run.exitCode(), run::err);
                assertEquals("", run.err());
                assertTrue(run.out().contains("law: every frame is accounted for"), run::out);
                assertNoInterfaceIsLeft();
            }
        }
    }

    @Test
    void tellsOfLinksInOneLineEach() throws InterruptedException {
        try (WeirProcess run = run()) {
            left.ip("link", "set", "h0", "down");
            run.awaitText("port h0 DOWN: link is down");
            left.ip("link", "set", "h0", "up");
            run.awaitText("port h0 UP: link is up");
            right.ip("link", "delete", "h0");
            run.awaitText("port h0-2 GONE: ");
            run.signal("TERM");

            assertEquals(0, run.exitCode(), run::err);
            assertEquals(
                    3,
                    run.out()
                            .lines()
                            .filter(line -> line.startsWith("port "))
                            .filter(line -> !line.startsWith("port h0-2 DOWN: ")) // before it goes, if one looks then
                            .count(),
                    run::out);
        }
    }

    @Test
    void separatesVlans() throws InterruptedException {
        try (WeirProcess run = run("--busy", "--vlan", "h0=access:10", "--vlan", "h0-2=access:20")) {
            configure();
            String output = pingOrNothing();

            assertTrue(output.contains(" 0 received"), output);
            run.signal("TERM");
            assertEquals(0, run.exitCode(), run::err);
        }
    }

    @Test
    void saysThatAnInterfaceIsInUse() throws InterruptedException {
        try (WeirProcess first = run();
                WeirProcess second = WeirProcess.start("run", "tap:h1", "tap:h0?netns=" + left.path())) {
            assertEquals(1, second.exitCode());
            assertTrue(second.err().startsWith("weir: "), second::err);
            assertTrue(second.err().contains("hint: "), second::err);
            assertFalse(second.err().contains("\tat "), second::err);
            first.signal("TERM");
            assertEquals(0, first.exitCode(), first::err);
        }
    }

    /** The kernel may close what a process held a moment after its end. */
    private void assertNoInterfaceIsLeft() {
        Waiting.within(30_000, () -> !left.ip("-o", "link").contains("h0"));
        Waiting.within(30_000, () -> !right.ip("-o", "link").contains("h0"));
        Waiting.within(30_000, () -> !Netns.exec("ip", "-o", "link").contains(": weir"));
    }
}
