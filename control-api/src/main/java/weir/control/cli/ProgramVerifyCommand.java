// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import weir.control.program.CasesReport;
import weir.control.program.Printable;
import weir.control.program.ReplayException;
import weir.control.program.VerificationReport;
import weir.control.program.VerifierCases;
import weir.ebpf.Engine;
import weir.ebpf.ObjectFile;
import weir.ebpf.isa.MalformedCodeException;
import weir.ebpf.program.ProgramSpec;

/** {@code weir program verify}. */
@Command(
        name = "verify",
        description = {
            "Proves that programs can do nothing unsafe, or says why not.",
            "",
            "Every path is walked with what registers and stack may hold, as Linux does when it loads a program. A"
                    + " rejection names the line of C, what the register holds there, what it would have to hold, and what"
                    + " usually mends it. docs/verifier.md has the common causes.",
        },
        exitCodeList = {
            "0:accepted; with --cases: as expected",
            "1:failure; with --cases: something is not as expected",
            "2:usage",
            "3:no such file or program",
            "4:a program is rejected"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir program verify prog.o",
            "  weir program verify prog.o --program filter --log-level 1",
            "  weir program verify --raw b7000000020000009500000000000000",
            "  weir program verify --cases cases.json",
            "  weir program verify --cases cases.json --engine interpreter"
        })
public final class ProgramVerifyCommand implements Callable<Integer> {
    private static final int MAX_LOG_LEVEL = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private ObjectArgument object;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    @Option(
            names = "--program",
            paramLabel = "NAME",
            description = "Only this program (default: all for XDP or VALE-BPF).")
    private @Nullable String programName;

    @Option(
            names = "--log-level",
            paramLabel = "N",
            description = "Show the walk, too: 1 for each instruction with what it changed, 2 with all registers"
                    + " (default: 0, nothing).")
    private int logLevel;

    @Option(
            names = "--cases",
            paramLabel = "FILE",
            description =
                    "Instead of FILE: verify the programs of a JSON file, run the safe ones on all engines, and compare"
                            + " with what the file expects. docs/verifier.md has the format.")
    private @Nullable Path cases;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            description = "With --cases: run on jit or interpreter only (default: on the interpreter, and compiled with"
                    + " and without checks; all have to do the same).")
    private @Nullable EngineName engine;

    @Option(
            names = "--unchecked",
            description = "With --cases: run only what is compiled without checks, which a mistake of the verifier can"
                    + " crash.")
    private boolean unchecked;

    /** For picocli. */
    public ProgramVerifyCommand() {}

    @Override
    public Integer call() {
        if (logLevel < 0 || logLevel > MAX_LOG_LEVEL) {
            throw new ParameterException(
                    spec.commandLine(), "--log-level " + logLevel + ": allowed is 0 to " + MAX_LOG_LEVEL);
        }
        if (cases == null && (engine != null || unchecked)) {
            throw new ParameterException(
                    spec.commandLine(), "--engine and --unchecked are for --cases: nothing else is run");
        }
        return (cases == null ? verify() : compare(cases)).number();
    }

    /** What cases are run on, those with the most checks first. */
    private List<Engine> engines() {
        if (unchecked && engine == EngineName.INTERPRETER) {
            throw new ParameterException(
                    spec.commandLine(), "--unchecked is for --engine jit: the interpreter always checks");
        }
        if (unchecked || engine == EngineName.JIT) {
            return List.of(unchecked ? Engine.jit().unchecked() : Engine.jit());
        }
        Engine.Jit jit = new Engine.Jit(Engine.JitFallback.WARN, true);
        return engine == null ? List.of(Engine.interpreter(), jit, jit.unchecked()) : List.of(Engine.interpreter());
    }

    private ExitCode verify() {
        VerificationReport report = report();
        PrintWriter out = spec.commandLine().getOut();
        if (output.format() == OutputFormat.TABLE) {
            new VerificationText(out, Colours.of(Progress.isTerminal(), System.getenv())).print(report);
        } else {
            output.print(out, report, () -> new TextTable(""));
        }
        return report.rejected() > 0 ? ExitCode.PROGRAM_REJECTED : ExitCode.OK;
    }

    private VerificationReport report() {
        ObjectFile file;
        try {
            file = object.parse();
        } catch (MalformedCodeException e) {
            return VerificationReport.malformed(e);
        }
        List<ProgramSpec> programs =
                programName == null ? object.runnable(file) : List.of(object.runnable(file, programName));
        Map<String, String> others = new LinkedHashMap<>();
        if (programName == null) {
            file.programs().stream()
                    .filter(each -> !each.type().isRunnable())
                    .forEach(each -> others.put(each.name(), "section " + each.section() + " is not for XDP"));
        }
        String name = object.file() == null ? null : object.name();
        return VerificationReport.of(name, file, programs, others, logLevel);
    }

    private ExitCode compare(Path file) {
        if (object.isGiven() || object.hasMaps() || programName != null) {
            throw new ParameterException(
                    spec.commandLine(), "--cases stands alone, without FILE, --raw, --map and --program");
        }
        List<Engine> engines = engines();
        CasesReport report;
        try {
            report = VerifierCases.read(file).run(engines);
        } catch (ReplayException e) {
            throw CommandFailures.of(
                    e.kind() == ReplayException.Kind.NOT_FOUND ? ExitCode.NOT_FOUND : ExitCode.FAILURE, e, e.hint());
        }
        PrintWriter out = spec.commandLine().getOut();
        if (output.format() == OutputFormat.TABLE) {
            print(out, report);
        } else {
            output.print(out, report, () -> new TextTable(""));
        }
        return report.differing() > 0 ? ExitCode.FAILURE : ExitCode.OK;
    }

    private static void print(PrintWriter out, CasesReport report) {
        if (report.differing() > 0) {
            TextTable table = new TextTable("CASE", "EXPECTED", "VERDICT", "DIFFERENCE");
            report.results().stream()
                    .filter(each -> !each.agrees())
                    .forEach(each -> table.row(
                            Printable.of(each.name()),
                            Printable.of(each.expected()),
                            each.verdict(),
                            Printable.of(each.difference())));
            table.print(out);
            out.println();
        }
        out.println(report.cases() + " cases, " + report.runs() + " of them run: "
                + (report.differing() == 0
                        ? "all as expected"
                        : report.agreeing() + " as expected, " + report.differing() + " not"));
        out.flush();
    }
}
