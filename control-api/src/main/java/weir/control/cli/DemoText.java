// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import weir.control.demo.DemoStation;
import weir.control.demo.MemoryDemo;
import weir.control.demo.MemoryDemoReport;
import weir.control.demo.TapDemo;
import weir.control.demo.TapDemoReport;

/** What {@code weir demo} tells people while it runs and at its end; silent when a program reads the output. */
final class DemoText implements TapDemo.Listener {
    private final PrintWriter out;
    private final boolean shown;

    DemoText(PrintWriter out, boolean shown) {
        this.out = out;
        this.shown = shown;
    }

    void line(String line) {
        if (shown) {
            out.println(line);
            out.flush();
        }
    }

    void introduceMemoryPorts() {
        line(MemoryDemo.DESCRIPTION);
        line("");
    }

    void summary(MemoryDemoReport report) {
        line("");
        SwitchTables.print(out, report.result());
        line("");
        line("on one core, frames of " + report.frameBytes() + " bytes, "
                + report.result().fdbEntries() + " addresses:");
        phase(report.learning(), "");
        phase(report.program(), String.format(Locale.ROOT, ", %.2f of learning's rate", report.programOfLearning()));
        line("");
        line("next: weir demo --tap            real frames between two network namespaces (root)");
        line("      weir run tap:t1 tap:t2     a switch between two TAP interfaces (root)");
        line("      weir run tap:t1 tap:t2 --program examples/programs/bridge.o     with a program on it");
        line("      weir bench memory          the same load, measured against C");
        line("      weir doctor                what this machine offers");
    }

    private void phase(MemoryDemoReport.Phase phase, String more) {
        line(String.format(
                Locale.ROOT,
                "  %-14s %6.1f Mpps, %5.1f ns each (%,d frames in %.1f s)%s",
                phase.decidedBy(),
                phase.mpps(),
                phase.nsPerFrame(),
                phase.frames(),
                phase.seconds(),
                more));
    }

    /** Lines for each second of the demo on in-process ports. */
    MemoryDemo.Listener progress(boolean isLive) {
        return new MemoryDemo.Listener() {
            @Override
            public void second(int number, double mpps) {
                if (isLive) {
                    line(String.format(Locale.ROOT, "%4d s  %6.1f Mpps", number, mpps));
                }
            }

            @Override
            public void loaded(String program, double seconds) {
                line(String.format(
                        Locale.ROOT,
                        "program %s verified, compiled, warmed up and in charge after %.1f s",
                        program,
                        seconds));
            }
        };
    }

    void summary(TapDemoReport report) {
        line("");
        SwitchTables.print(out, report.result());
        line("");
        line("namespaces and interfaces are removed again");
        line("");
        line("next: weir run tap:t1 tap:t2     a switch between TAP interfaces of your own");
        line("      weir run tap:t1 tap:t2 --program examples/programs/bridge.o     with a program on it");
        line("      weir run --help            other namespaces, VLANs, several workers");
    }

    @Override
    public void removed(List<String> leftovers) {
        line("removed what a killed demo left behind: " + String.join(", ", leftovers));
    }

    @Override
    public void connected(DemoStation a, DemoStation b) {
        for (DemoStation station : List.of(a, b)) {
            line("port " + station.port() + "  tap in namespace " + station.namespace() + "  " + station.ipv4() + "  "
                    + station.ipv6());
        }
        line("");
    }

    @Override
    public void pinged(TapDemoReport.Ping result) {
        String time = result.rttMs() == null ? "" : String.format(Locale.ROOT, ", %.3f ms", result.rttMs());
        line(String.format(
                Locale.ROOT,
                "ping %-14s %d of %d answered%s",
                result.target(),
                result.received(),
                result.sent(),
                time));
    }

    @Override
    public void burst(TapDemoReport.Burst result) {
        line(String.format(
                Locale.ROOT,
                "UDP  %s to %s         %,d sent, %,d received in %.1f s, %.3f Mpps",
                result.from(),
                result.to(),
                result.sent(),
                result.received(),
                result.seconds(),
                result.mpps()));
    }

    @Override
    public void programLoaded(TapDemoReport.Load load) {
        line(String.format(
                Locale.ROOT,
                load.replaced() == null
                        ? "program %s loaded in %.1f s"
                        : "program %s verified, compiled and swapped in under traffic in %.1f s, instead of "
                                + load.replaced(),
                load.program(),
                load.seconds()));
    }

    @Override
    public void programRejected(TapDemoReport.Refusal refusal) {
        line("");
        line("program " + refusal.program() + " is rejected:");
        if (shown) {
            VerificationText text = new VerificationText(out, Colours.NONE);
            refusal.verdict().programs().values().forEach(text::violations);
        }
        line("the switch goes on with " + refusal.still());
        line("");
    }
}
