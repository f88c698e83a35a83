// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class OutputOptionsTest {
    record Report(List<PortRow> ports, double mpps) {}

    record PortRow(String name, long received) {}

    private static final Report REPORT =
            new Report(List.of(new PortRow("tap0", 1_234_567), new PortRow("memory:uplink", 8)), 75.5);

    @Test
    void printsATableByDefault() {
        assertEquals("""
                PORT            RECEIVED  MPPS
                tap0           1,234,567  0.50
                memory:uplink          8  1.00
                """, printed());
    }

    @Test
    void printsJsonKeyedByName() {
        assertEquals("""
                {
                  "ports" : [ {
                    "name" : "tap0",
                    "received" : 1234567
                  }, {
                    "name" : "memory:uplink",
                    "received" : 8
                  } ],
                  "mpps" : 75.5
                }
                """, printed("-o", "json"));
    }

    @Test
    void printsYaml() {
        assertEquals("""
                ports:
                - name: "tap0"
                  received: 1234567
                - name: "memory:uplink"
                  received: 8
                mpps: 75.5
                """, printed("--output=YAML"));
    }

    @Test
    void refusesARowOfAnotherWidth() {
        var failure = assertThrows(IllegalArgumentException.class, () -> new TextTable("A", "B").row(1));

        assertEquals("cells=1, columns=2", failure.getMessage());
    }

    private static String printed(String... args) {
        OutputOptions options = new OutputOptions();
        new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(args);
        StringWriter out = new StringWriter();
        options.print(
                new PrintWriter(out),
                REPORT,
                () -> new TextTable("PORT", "RECEIVED", "MPPS")
                        .row("tap0", 1_234_567L, 0.5)
                        .row("memory:uplink", 8, 1.0));
        return out.toString();
    }
}
