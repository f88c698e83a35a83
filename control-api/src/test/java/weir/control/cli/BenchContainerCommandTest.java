// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchContainerCommandTest {
    private static final String HELP = "'weir bench container --help' shows how to call it";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--seconds=0.01     | --seconds 0.01 is out of range [0.05, 30.0]",
                "--seconds=NaN      | --seconds NaN is out of range [0.05, 30.0]",
                "--pairs=0          | --pairs 0 is out of range [1, 1000]",
                "--plot=/nope/x.svg | --plot: there is no folder /nope",
            })
    void refusesWhatCannotBe(String argument, String cause) {
        CommandRun.of("bench", "container", argument).fails(ExitCode.USAGE, cause, HELP);
        CommandRun.of("bench", "xdp", argument).fails(ExitCode.USAGE, cause, HELP.replace("container", "xdp"));
    }

    @Test
    void containersHaveNoPortsByXdp() {
        CommandRun.of("bench", "container", "--mode=xdp")
                .fails(
                        ExitCode.USAGE,
                        "--mode xdp is nothing that containers can have, with --no-docker namespaces can",
                        HELP);
    }

    @ParameterizedTest
    @CsvSource({"--topology=ring, pair", "--mode=macvlan, veth", "--baseline=vde, ovs"})
    void namesWhatThereIs(String argument, String one) {
        CommandRun run = CommandRun.of("bench", "container", argument);
        assertEquals(ExitCode.USAGE.number(), run.exitCode());
        assertTrue(run.err().contains(one), run::err);
        assertEquals("", run.out());
    }

    @Test
    void standsInTheHelp() {
        String help = CommandRun.of("bench", "--help").succeeds().out();
        for (String name : new String[] {"container", "tap", "packet", "xdp"}) {
            assertTrue(help.lines().anyMatch(line -> line.startsWith("  " + name + " ")), help);
        }
    }
}
