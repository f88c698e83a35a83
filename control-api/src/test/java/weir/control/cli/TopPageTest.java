// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** Pages of {@code weir top} for answers of a daemon as its API describes them. */
class TopPageTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int WIDTH = 120;
    private static final int HEIGHT = 24;

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    private static String port(int number, String state, long received, long transmitted, String drops) {
        return "{'number': " + number + ", 'state': '" + state + "', 'loop_blocked': false, 'received': " + received
                + ", 'received_bytes': " + 125 * received + ", 'transmitted': " + transmitted
                + ", 'transmitted_bytes': " + 125 * transmitted + ", 'drops': " + drops + ", 'peer_dropped': 0}";
    }

    /** Of the switch {@code lan}, two seconds one after the other. */
    private static TopSample sample(int second, String ports, String drops, String runtime, String programs) {
        return new TopSample(
                second * SECOND,
                json("{'lan': {'ports': 2}}"),
                "lan",
                json("{'monotonic_ns': " + second * SECOND + ", 'ports': " + ports + ", 'drops': " + drops
                        + ", 'fdb_entries': 64}"),
                json(runtime),
                json(programs));
    }

    private static TopSample two(int second, long frames) {
        return sample(
                second,
                "{'web': " + port(1, "UP", frames, 2 * frames, "{}") + ", 'a': "
                        + port(2, "DOWN", 3 * frames, frames, "{'runt': " + frames + "}") + "}",
                "{'runt': " + frames + ", 'hairpin': 7}",
                "[{'worker': 0, 'batches': " + frames / 10 + ", 'frames': " + 4 * frames
                        + ", 'ns_per_frame': {'receive': 3.25, 'decide': null}}]",
                "{'lan': {'switch': 'lan', 'program': 'acl', 'frames': " + frames + ", 'actions': {'XDP_DROP': "
                        + frames / 4
                        + ", 'XDP_PASS': 0}, 'faults': 2, 'ns_per_frame': 12.5}, 'other': {'switch': 'other',"
                        + " 'program': 'strange'}}");
    }

    private static TopState watched() {
        TopState state = new TopState(two(1, 1_000), 1);
        state.take(two(3, 5_000), "");
        return state;
    }

    private static List<String> page(TopState state, String... events) {
        return new TopPage(state, List.of(events), WIDTH, HEIGHT, Colours.NONE).lines();
    }

    @Test
    void showsRatesBetweenTwoLooks() {
        assertEquals(
                List.of(
                        "weir top  lan  every 1 s  h help  q quit",
                        "in 8,000 pps, 8.0 Mbit/s   out 6,000 pps, 6.0 Mbit/s   ports 1 of 2 up   addresses 64",
                        "worker 0: 40.0 frames a batch; ns a frame: receive 3.3",
                        "program acl at lan: 2,000 pps, DROP 25.0 %, 12.5 ns a frame, 2 faults",
                        "",
                        "PORT  STATE  RX PPS  RX MBIT/S  TX PPS  TX MBIT/S  DROPS/S  PEER/S",
                        "web   UP      2,000        2.0   4,000        4.0        0       0",
                        "a     DOWN    6,000        6.0   2,000        2.0    2,000       0",
                        "drops a second: runt 2,000",
                        "",
                        "08:00:00  lan  port a DOWN"),
                page(watched(), "08:00:00  lan  port a DOWN"));
    }

    @Test
    void hasNoRatesBeforeTheSecondLook() {
        List<String> page = page(new TopState(two(1, 1_000), 0.5));
        assertEquals("weir top  lan  every 0.5 s  h help  q quit", page.get(0));
        assertEquals("in - pps, - Mbit/s   out - pps, - Mbit/s   ports 1 of 2 up   addresses 64", page.get(1));
        assertTrue(page.contains("web   UP     -       -          -       -          -        -"), page::toString);
    }

    @ParameterizedTest
    @CsvSource({"0, number, web a", "1, received, a web", "2, transmitted, web a", "3, drops, a web", "4, name, a web"})
    void sortsPorts(int presses, String order, String names) {
        TopState state = watched();
        for (int i = 0; i < presses; i++) {
            assertFalse(state.press(TopKey.ORDER));
        }
        List<String> page = page(state);
        assertEquals(presses > 0, page.get(0).contains("  by " + order), page::toString);
        List<String> found = page.stream()
                .filter(line -> line.startsWith("web ") || line.startsWith("a "))
                .map(line -> line.replaceFirst(" .*", ""))
                .toList();
        assertEquals(List.of(names.split(" ", -1)), found);
    }

    @Test
    void keepsAPausedPage() {
        TopState state = watched();
        state.press(TopKey.PAUSE);
        List<String> before = page(state);
        state.take(two(4, 50_000), "");
        assertEquals(before, page(state));
        assertTrue(before.get(0).contains("paused"), before::toString);
        state.press(TopKey.PAUSE);
        state.take(two(5, 100_000), "");
        assertTrue(
                page(state).get(1).startsWith("in 190,000 pps"),
                () -> page(state).toString());
    }

    /** Of 100 ports in 24 lines: the marked one, and the last events below. */
    @ParameterizedTest
    @CsvSource({"0, 0", "5, 50", "20, 99"})
    void scrollsToWhatDoesNotFit(int pages, int marked) {
        StringBuilder ports = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            ports.append(i == 0 ? "" : ", ").append("'p" + i + "': ").append(port(i, "UP", 0, 0, "{}"));
        }
        TopState state = new TopState(sample(1, "{" + ports + "}", "{}", "[]", "{}"), 1);
        for (int i = 0; i < pages; i++) {
            state.press(TopKey.PAGE_DOWN);
        }
        List<String> page = page(state, "1", "2", "3", "4");
        assertEquals(HEIGHT, page.size());
        assertTrue(page.stream().anyMatch(line -> line.startsWith("p" + marked + " ")), page::toString);
        assertEquals(List.of("", "2", "3", "4"), page.subList(HEIGHT - 4, HEIGHT));
        state.press(TopKey.FIRST);
        assertTrue(page(state).stream().anyMatch(line -> line.startsWith("p0 ")));
    }

    @Test
    void opensTheMarkedSwitchAndGoesBack() {
        TopState state = new TopState(all(1, 0), 1);
        state.take(all(2, 500), "");
        List<String> page = page(state);
        assertEquals("weir top  all switches  every 1 s  h help  q quit", page.get(0));
        assertEquals("   SWITCH  PORTS  UP  RX PPS  TX PPS  DROPS/S  ADDRESSES  PROGRAM", page.get(2));
        assertEquals(">  lab         3   2     500   1,000        0          9  -", page.get(3));
        assertFalse(state.press(TopKey.DOWN));
        assertFalse(state.press(TopKey.DOWN)); // the last one stays marked
        assertTrue(state.press(TopKey.OPEN));
        assertEquals("lan", state.shown());
        assertEquals(List.of("weir top  lan  every 1 s  h help  q quit", "asking ..."), page(state));
        state.take(all(3, 600), ""); // was on its way
        assertEquals("asking ...", page(state).get(1));
        state.take(two(4, 100), "");
        assertTrue(page(state).get(1).startsWith("in - pps"), () -> page(state).toString());
        assertTrue(state.press(TopKey.BACK));
        assertEquals(null, state.shown());
    }

    private static TopSample all(int second, long frames) {
        String text = "{'ports': 3, 'ports_up': 2, 'received': " + frames + ", 'transmitted': " + 2 * frames
                + ", 'dropped': 0, 'fdb_entries': 9, 'program': null}";
        JsonNode none = MissingNode.getInstance();
        return new TopSample(
                second * SECOND, json("{'lab': " + text + ", 'lan': " + text + "}"), null, none, none, none);
    }

    @Test
    void saysThatThereIsNoSwitch() {
        JsonNode none = MissingNode.getInstance();
        TopState state = new TopState(new TopSample(0, json("{}"), null, none, none, none), 1);
        assertTrue(page(state).contains("there is no switch yet; 'weir switch create' makes one"));
        state.press(TopKey.DOWN);
        assertTrue(state.press(TopKey.OPEN));
        assertEquals(null, state.shown());
    }

    @Test
    void tellsOfTroubleAndKeepsWhatItHad() {
        TopState state = watched();
        List<String> before = new ArrayList<>(page(state));
        state.take(null, "no daemon answers at /run/weir/api.sock\u001b[2J");
        before.add(1, "no daemon answers at /run/weir/api.sock\\u001b[2J; asking again");
        assertEquals(before, page(state));
        state.take(two(4, 6_000), "");
        assertFalse(page(state).toString().contains("asking again"));
    }

    @Test
    void anyKeyEndsTheHelp() {
        TopState state = watched();
        List<String> before = page(state);
        state.press(TopKey.HELP);
        state.press(TopKey.NONE);
        assertTrue(page(state).contains("  any other key goes back"));
        assertFalse(state.press(TopKey.OTHER));
        assertEquals(before, page(state));
    }

    @Test
    void looksMoreOrLessOftenWithinLimits() {
        TopState state = watched();
        for (int i = 0; i < 20; i++) {
            assertTrue(state.press(TopKey.FASTER));
        }
        assertEquals(0.25, state.interval());
        for (int i = 0; i < 20; i++) {
            assertTrue(state.press(TopKey.SLOWER));
        }
        assertEquals(60, state.interval());
    }

    /** Programs and ports have names that others chose. */
    @Test
    void letsNobodysNamesReachTheTerminal() {
        String evil = "x\\u001b[2J";
        TopState state = new TopState(
                sample(
                        1,
                        "{'" + evil + "': " + port(1, "UP", 0, 0, "{}") + "}",
                        "{}",
                        "[]",
                        "{'" + evil + "': {'switch': 'lan', 'program': '" + evil + "', 'frames': 0, 'actions': {}}}"),
                1);
        assertTrue(
                page(state).stream().noneMatch(line -> line.indexOf('\u001b') >= 0),
                () -> page(state).toString());
        assertTrue(page(state).toString().contains("x\\u001b[2J"));
    }

    @ParameterizedTest
    @CsvSource({
        "A, UP",
        "B, DOWN",
        "5~, PAGE_UP",
        "6~, PAGE_DOWN",
        "H, FIRST",
        "1~, FIRST",
        "C, OPEN",
        "D, BACK",
        "Z, OTHER"
    })
    void knowsKeysOfSeveralCharacters(String sequence, TopKey key) {
        assertEquals(key, TopKey.ofSequence(sequence));
    }

    @ParameterizedTest
    @CsvSource({"113, QUIT", "3, QUIT", "-1, QUIT", "13, OPEN", "127, BACK", "12, REDRAW", "63, HELP", "120, OTHER"})
    void knowsKeysOfOneCharacter(int character, TopKey key) {
        assertEquals(key, TopKey.of(character));
    }

    @Test
    void needsATerminal() {
        CommandRun.of("top", "--socket=/nowhere")
                .fails(
                        ExitCode.FAILURE,
                        "top needs a terminal: standard input and output are not both one",
                        "'weir stats SWITCH --watch' and 'weir events' print line by line");
        CommandRun.of("top", "--interval=0.1")
                .fails(
                        ExitCode.USAGE,
                        "--interval 0.1 is out of range [0.25, 60.0]",
                        "'weir top --help' shows how to call it");
    }
}
