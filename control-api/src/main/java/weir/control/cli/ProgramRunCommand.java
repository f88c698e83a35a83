// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import weir.control.program.MapSetting;
import weir.control.program.Printable;
import weir.control.program.ProgramReplay;
import weir.control.program.ReplayException;
import weir.control.program.ReplayReport;
import weir.control.program.ReplaySettings;
import weir.control.program.Verdict;
import weir.control.program.VerificationReport;
import weir.control.text.FileTrouble;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.ObjectFile;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.xdp.ValeVerdict;
import weir.ports.pcap.CaptureException;
import weir.ports.pcap.CaptureReader;
import weir.ports.pcap.CaptureWriter;
import weir.ports.pcap.LinkType;

/** {@code weir program run}. */
@Command(
        name = "run",
        description = {
            "Runs a program on every frame of a capture file and says what it did.",
            "",
            "Frames come from pcap or pcapng files. The result is the same each time: the program's clock is that of"
                    + " the capture, random numbers follow from a fixed seed, and there is one CPU.",
            "The program is verified first, as 'weir program verify' does. With --unverified it is run unproved: an"
                    + " interpreter checks every access, and what it may not do ends the program for that frame and is"
                    + " shown with instruction and C line."
        },
        exitCodeList = {
            "0:ok",
            "1:failure, or a frame ended in a fault",
            "2:usage",
            "3:no such file, program or map",
            "4:the verifier rejects the program"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir program run prog.o --pcap in.pcap",
            "  weir program run prog.o --pcap in.pcap --set ports:53=1 --out out.pcapng",
            "  weir program run prog.o --pcap in.pcap --set routes:10.1.0.0/16=2 \\",
            "      --set fdb:02:00:00:00:00:01=1",
            "  tcpdump -c 100 -w - | weir program run prog.o --pcap - -o json"
        })
public final class ProgramRunCommand implements Callable<Integer> {
    private static final String STANDARD = "-";
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAX_REPEAT = 1_000_000;
    private static final int MAX_PORT = 65_535;
    private static final int MAX_MAP_ENTRIES = 1_000_000;

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
            names = "--pcap",
            paramLabel = "IN",
            required = true,
            description = "Frames to run on, pcap or pcapng; - for standard input.")
    private String pcap = "";

    @Option(
            names = "--out",
            paramLabel = "OUT",
            description =
                    "Write the frames that go on (XDP_PASS, XDP_TX, XDP_REDIRECT; to a port or all) as the program left them: pcap when"
                            + " OUT ends in .pcap, else pcapng with the verdict as comment; - for standard output (the report"
                            + " goes to standard error then).")
    private @Nullable String outName;

    @Option(
            names = "--program",
            paramLabel = "NAME",
            description = "Which program (default: the only one); SECTION:NAME where several have the name.")
    private @Nullable String programName;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            description =
                    "Run N times on each frame, to measure (default: 1). Every run has the frame as it was captured"
                            + " (with the kernel's BPF_PROG_TEST_RUN the next run has what the one before left of it); maps"
                            + " keep what runs put into them.")
    private int repeat = 1;

    @Option(names = "--count", paramLabel = "N", description = "Stop after N frames of the file (default: all).")
    private long count = Long.MAX_VALUE;

    @Option(
            names = "--port",
            paramLabel = "N",
            description =
                    "Ingress port of all frames, 1 to 65535, with VALE-BPF to 253 (default: 1 for the first interface of the file,"
                            + " 2 for the second and so on).")
    private @Nullable Integer port;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            description =
                    "jit: compiled to Java bytecode, or interpreter (default: jit for what is verified). Results are"
                            + " the same; under jit the first thousands of frames run slower, all others much faster.")
    private @Nullable EngineName engine;

    @Option(
            names = "--unchecked",
            description = "Leave out what compiled code checks a second time, although the program was verified. A"
                    + " mistake of the verifier can then crash the process.")
    private boolean unchecked;

    @Option(
            names = "--set",
            paramLabel = "MAP:KEY=VALUE",
            description =
                    "Put an entry into a map first. KEY and VALUE are numbers (little endian), hex: and all bytes,"
                            + " MAC addresses, IP addresses where the type says so, and prefixes (10.1.0.0/16) as keys of LPM"
                            + " tries; for a program array the value is a program, for a map of maps a map. Queues and the"
                            + " like take MAP:=VALUE. May be repeated.")
    private List<String> settings = List.of();

    @Option(
            names = "--unverified",
            description = "Run a program though the verifier rejects it. What it may not do is a fault then.")
    private boolean unverified;

    @Option(
            names = "--map-entries",
            paramLabel = "N",
            description = "Show up to N entries of each map, and records of each perf event array and ring buffer"
                    + " (default: 64). Entries of arrays that are all zero are left out.")
    private int mapEntries = 64;

    /** For picocli. */
    public ProgramRunCommand() {}

    @Override
    public Integer call() {
        checkRange("--repeat", repeat, 1, MAX_REPEAT);
        checkRange("--count", count, 0, Long.MAX_VALUE);
        checkRange("--map-entries", mapEntries, 0, MAX_MAP_ENTRIES);
        if (port != null) {
            checkRange("--port", port, 1, MAX_PORT);
        }
        ReplaySettings replaySettings = new ReplaySettings(
                repeat, count, port == null ? 0 : port, mapEntries, engine(), !unverified, entries());
        if (object.readsStandardInput() && pcap.equals(STANDARD)) {
            throw new ParameterException(spec.commandLine(), "--raw and --pcap cannot both read standard input");
        }
        ObjectFile file = object.read(ExitCode.PROGRAM_REJECTED);
        ProgramSpec program = program(file);
        if (port != null && program.type() == ProgramType.VALE) {
            checkRange("--port", port, 1, ValeVerdict.MAX_PORT);
        }
        ReplayReport report = run(file, program, replaySettings);
        print(report);
        return (report.faults().frames() > 0 ? ExitCode.FAILURE : ExitCode.OK).number();
    }

    private Engine engine() {
        EngineName name = engine != null ? engine : unverified ? EngineName.INTERPRETER : EngineName.JIT;
        if (unverified && name != EngineName.INTERPRETER) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--unverified is for --engine interpreter: only verified programs are compiled");
        }
        if (unchecked && name != EngineName.JIT) {
            throw new ParameterException(
                    spec.commandLine(), "--unchecked is for --engine jit: the interpreter always checks");
        }
        // Who did not ask for the compiler does not care when it is not the one.
        Engine.JitFallback fallback = engine == null ? Engine.JitFallback.WARN : Engine.JitFallback.FAIL;
        return switch (name) {
            case INTERPRETER -> Engine.interpreter();
            case JIT -> new Engine.Jit(fallback, !unchecked);
        };
    }

    private void checkRange(String option, long value, long min, long max) {
        if (value < min || value > max) {
            String range = max == Long.MAX_VALUE ? min + " or more" : min + " to " + max;
            throw new ParameterException(spec.commandLine(), option + " " + value + ": allowed is " + range);
        }
    }

    private List<MapSetting> entries() {
        List<MapSetting> entries = new ArrayList<>();
        for (String setting : settings) {
            try {
                entries.add(MapSetting.parse(setting));
            } catch (ReplayException e) {
                throw CommandFailures.of(e);
            }
        }
        return entries;
    }

    private ProgramSpec program(ObjectFile file) {
        if (programName != null) {
            return object.runnable(file, programName);
        }
        List<ProgramSpec> candidates = object.runnable(file);
        if (candidates.size() > 1) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    object.name() + " has " + candidates.size() + " XDP programs",
                    "choose one with --program: " + ObjectArgument.names(candidates));
        }
        return candidates.getFirst();
    }

    private void verify(ObjectFile file, ProgramSpec program, ReplaySettings replaySettings) {
        try {
            ProgramReplay.programs(file, program, replaySettings).forEach(each -> verify(file, each));
        } catch (ReplayException e) {
            throw CommandFailures.of(e);
        }
    }

    /** Refuses a program that the verifier rejects, with all it has to say. */
    private void verify(ObjectFile file, ProgramSpec program) {
        VerificationReport.Program verified = VerificationReport.Program.of(program, file, 0);
        if (verified.verdict() == Verdict.REJECTED) {
            new VerificationText(spec.commandLine().getErr(), Colours.NONE).violations(verified);
            throw new CommandFailure(
                    ExitCode.PROGRAM_REJECTED,
                    "program " + Printable.of(program.name()) + " is rejected by the verifier, and was not run",
                    "--unverified runs it all the same, in an interpreter that checks every access");
        }
    }

    private ReplayReport run(ObjectFile file, ProgramSpec program, ReplaySettings replaySettings) {
        try (ProgramReplay replay = new ProgramReplay(file, program, replaySettings);
                CaptureReader in = CaptureReader.open(input())) {
            return run(replay, in);
        } catch (LoadException e) {
            if (!unverified) {
                verify(file, program, replaySettings); // says more where the verifier is the one that refuses
            }
            throw CommandFailures.of(
                    ExitCode.FAILURE,
                    new IOException(
                            Printable.of("program " + program.name() + " cannot be loaded: " + e.getMessage()), e),
                    "docs/ebpf-support.md says what is supported; 'weir program disasm' shows the instructions");
        } catch (ReplayException e) {
            throw CommandFailures.of(e);
        } catch (IOException e) {
            throw captureFailure(e, 0);
        }
    }

    private ReplayReport run(ProgramReplay replay, CaptureReader in) throws ReplayException {
        replay.warnings().forEach(each -> spec.commandLine().getErr().println("warning: " + Printable.of(each)));
        try {
            if (outName == null) {
                return replay.run(in, null);
            }
            try (CaptureWriter out = writer(outName)) {
                return replay.run(in, out);
            }
        } catch (IOException e) {
            throw captureFailure(e, replay.framesRead());
        }
    }

    private CommandFailure captureFailure(IOException e, long framesBefore) {
        String where = pcap.equals(STANDARD) ? "standard input" : pcap;
        if (e instanceof CaptureException) {
            return CommandFailures.of(
                    ExitCode.FAILURE,
                    new IOException(Printable.of(where + ": " + e.getMessage()), e),
                    framesBefore == 0
                            ? "captures come from 'tcpdump -w FILE' or Wireshark"
                            : "--count " + framesBefore + " runs on the frames before that");
        }
        return CommandFailures.of(
                ExitCode.FAILURE,
                new IOException(
                        "cannot read " + where + (outName == null ? "" : " or write " + outName) + ": "
                                + FileTrouble.of(e),
                        e),
                "check the files and the space on the disk");
    }

    private InputStream input() throws IOException {
        if (pcap.equals(STANDARD)) {
            return new BufferedInputStream(new FileInputStream(FileDescriptor.in), BUFFER_BYTES);
        }
        Path path = Path.of(pcap);
        if (Files.isDirectory(path)) {
            throw new CommandFailure(ExitCode.FAILURE, pcap + " is a directory", "name the capture file in it");
        }
        try {
            return new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES);
        } catch (NoSuchFileException e) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND, "no file " + pcap, "captures come from 'tcpdump -w FILE' or Wireshark", e);
        }
    }

    private CaptureWriter writer(String name) throws IOException {
        if (name.equals(STANDARD)) {
            return CaptureWriter.pcapng(
                    new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES));
        }
        Path path = Path.of(name);
        boolean isInput = !pcap.equals(STANDARD) && Files.exists(path) && Files.isSameFile(path, Path.of(pcap));
        if (isInput || isObject(path)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--out " + name + " would overwrite what is read", "name another file");
        }
        OutputStream out;
        try {
            out = Files.newOutputStream(path);
        } catch (NoSuchFileException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "cannot write " + name + ": its folder does not exist",
                    "make the folder first",
                    e);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE, "cannot write " + name + ": " + FileTrouble.of(e), "name another file", e);
        }
        OutputStream buffered = new BufferedOutputStream(out, BUFFER_BYTES);
        return name.toLowerCase(Locale.ROOT).endsWith(".pcap")
                ? CaptureWriter.pcap(buffered, LinkType.ETHERNET)
                : CaptureWriter.pcapng(buffered);
    }

    private boolean isObject(Path path) throws IOException {
        Path file = object.file();
        return file != null && Files.exists(path) && Files.isSameFile(path, file);
    }

    private void print(ReplayReport report) {
        PrintWriter out = STANDARD.equals(outName)
                ? spec.commandLine().getErr()
                : spec.commandLine().getOut();
        if (output.format() == OutputFormat.TABLE) {
            ReplayText.print(out, report, pcap.equals(STANDARD) ? "standard input" : pcap);
        } else {
            output.print(out, report, () -> ReplayText.verdicts(report));
        }
    }
}
