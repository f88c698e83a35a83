// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import weir.control.bench.BenchEngine;
import weir.control.bench.BenchProgram;
import weir.control.bench.KernelBenchReport;
import weir.control.bench.ProgramBench;
import weir.control.bench.ProgramBenchReport;
import weir.core.port.PortException;
import weir.core.program.ProgramException;
import weir.ebpf.LoadException;

/** {@code weir bench program}. */
@Command(
        name = "program",
        description = {
            "Measures what programs cost on the way of a frame through the whole switch, between in-process ports on one"
                    + " core, beside the switch's own learning.",
            "",
            "nologic sends everything to port 1, l2_bridge is VALE's bridge, pkt_count counts and drops, parser reads"
                    + " addresses and ports and keeps flows in a map, then learning decides; vale_nologic, vale_l2_bridge and"
                    + " vale_pkt_count are the first three for VALE-BPF. Each variant has a switch of its own; they take turns,"
                    + " and the ratio to learning is taken turn by turn.",
            "",
            "Rows of the kernel are the same XDP programs in the running one, without a switch around them:"
                    + " BPF_PROG_TEST_RUN on one frame over and over, CPU time net of a program that passes all. They need"
                    + " the right to load programs (root, or CAP_BPF and CAP_NET_ADMIN)."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir bench program",
            "  weir bench program --programs nologic,l2_bridge --engines jit --pairs 15",
            "  weir bench program -o json"
        })
public final class BenchProgramCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private BenchSettingsOptions settings;

    @Option(
            names = "--programs",
            split = ",",
            paramLabel = "NAME",
            description =
                    "nologic, l2_bridge, pkt_count, parser, vale_nologic, vale_l2_bridge, vale_pkt_count (default: all).")
    private List<BenchProgram> programs = List.of(BenchProgram.values());

    @Option(
            names = "--engines",
            split = ",",
            paramLabel = "NAME",
            description = "interpreter, jit, jit_unchecked (default: all).")
    private List<BenchEngine> engines = List.of(BenchEngine.values());

    @Option(names = "--no-kernel", description = "Does not measure the running kernel.")
    private boolean noKernel;

    /** For picocli. */
    public BenchProgramCommand() {}

    @Override
    public Integer call() throws InterruptedException, PortException {
        ProgramBenchReport report = measure();
        PrintWriter out = spec.commandLine().getOut();
        if (output.format() == OutputFormat.TABLE) {
            print(out, report);
        } else {
            output.print(out, report, () -> table(report));
        }
        return ExitCode.OK.number();
    }

    private ProgramBenchReport measure() throws PortException, InterruptedException {
        try (Progress progress = Progress.on(spec.commandLine().getErr())) {
            return ProgramBench.run(programs, engines, settings.read(spec.commandLine()), !noKernel, progress::show);
        } catch (LoadException | ProgramException e) {
            throw new IllegalStateException("a program of the benchmark cannot be loaded: " + e.getMessage(), e);
        }
    }

    private static void print(PrintWriter out, ProgramBenchReport report) {
        out.println(report.machine().sentence());
        out.println();
        table(report).print(out);
        out.println();
        for (ProgramBenchReport.Published figure : report.published()) {
            out.println(String.format(
                    Locale.ROOT,
                    "published: %s: %.0f Mpps, %.0f ns (%s)",
                    figure.system(),
                    figure.mpps(),
                    figure.nsPerFrame(),
                    figure.conditions()));
        }
        out.println(aboutKernel(report.kernel()));
        out.println("law: every frame is accounted for, in every row");
        out.flush();
    }

    private static TextTable table(ProgramBenchReport report) {
        Map<String, KernelBenchReport.Row> kernel =
                report.kernel().rows().stream().collect(Collectors.toMap(KernelBenchReport.Row::program, row -> row));
        TextTable table = new TextTable("PROGRAM", "ENGINE", "MPPS", "NS/FRAME", "OF LEARNING", "MIN-MAX");
        for (int i = 0; i < report.rows().size(); i++) {
            ProgramBenchReport.Row row = report.rows().get(i);
            addRow(table, row);
            boolean isLast = i + 1 == report.rows().size()
                    || !report.rows().get(i + 1).program().equals(row.program());
            KernelBenchReport.Row inKernel = kernel.get(row.program());
            if (isLast && inKernel != null) {
                table.row(row.program(), "kernel", "-", inKernel.nsPerFrame().median(), "-", "-");
            }
        }
        return table;
    }

    private static void addRow(TextTable table, ProgramBenchReport.Row row) {
        table.row(
                row.program().isEmpty() ? "-" : row.program(),
                row.engine(),
                row.mpps(),
                row.nsPerFrame(),
                row.ofLearning().median(),
                String.format(
                        Locale.ROOT,
                        "%.2f-%.2f",
                        row.ofLearning().min(),
                        row.ofLearning().max()));
    }

    private static String aboutKernel(KernelBenchReport kernel) {
        return kernel.note() != null
                ? "kernel: no rows, " + kernel.note()
                : String.format(
                        Locale.ROOT,
                        "kernel: the program alone on one hot frame, CPU time net of the %.1f ns that XDP_PASS takes;"
                                + " targets of redirects are missing there",
                        kernel.passNsPerFrame());
    }
}
