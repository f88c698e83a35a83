// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import weir.control.doctor.Doctor;
import weir.control.doctor.DoctorReport;

/** {@code weir doctor}. */
@Command(
        name = "doctor",
        description = {
            "Says what this machine offers to Weir, and what to do about what it lacks.",
            "",
            "What can be tried is tried: devices and sockets are opened and closed. Nothing is changed."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  weir doctor", "  weir doctor --strict > /dev/null && echo complete", "  weir doctor -o json"})
public final class DoctorCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    @Option(names = "--strict", description = "Exit with 1 when something is missing.")
    private boolean strict;

    /** For picocli. */
    public DoctorCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        DoctorReport report = Doctor.examine();
        PrintWriter out = spec.commandLine().getOut();
        if (output.format() == OutputFormat.TABLE) {
            print(out, report);
        } else {
            output.print(out, report, () -> table(report));
        }
        return (strict && report.missing() > 0 ? ExitCode.FAILURE : ExitCode.OK).number();
    }

    private static void print(PrintWriter out, DoctorReport report) {
        out.println(report.machine().sentence());
        out.println();
        table(report).print(out);
        out.println();
        out.println("port kinds that work here: " + String.join(", ", report.portKinds(true)));
        if (!report.portKinds(false).isEmpty()) {
            out.println("port kinds that do not: " + String.join(", ", report.portKinds(false)));
        }
        if (report.missing() == 0) {
            out.println("nothing is missing");
        } else {
            out.println(report.missing() + " missing; memory ports, weir demo and weir bench memory need none of it");
            report.checks().forEach((name, check) -> {
                if (!check.ok()) {
                    out.println("  " + name + ": " + check.remedy());
                }
            });
        }
        out.flush();
    }

    private static TextTable table(DoctorReport report) {
        TextTable table = new TextTable("CHECK", "STATUS", "FOUND", "NEEDED FOR");
        report.checks()
                .forEach((name, check) ->
                        table.row(name, check.ok() ? "ok" : "missing", check.detail(), check.neededFor()));
        return table;
    }
}
