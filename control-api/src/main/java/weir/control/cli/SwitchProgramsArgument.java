// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import weir.control.program.MapSetting;
import weir.control.program.Printable;
import weir.control.program.ReplayException;
import weir.control.program.Verdict;
import weir.control.program.VerificationReport;
import weir.control.text.Spelling;
import weir.core.Switch;
import weir.core.program.AttachedProgram;
import weir.core.program.OffloadView;
import weir.core.program.OnFault;
import weir.core.program.ProgramException;
import weir.core.program.ProgramOptions;
import weir.core.program.ProgramPlace;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.LoadedObject;
import weir.ebpf.ObjectFile;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;

/** Which programs a switch in this process runs, and how. */
final class SwitchProgramsArgument {
    private static final int MAX_TRACE_LINES = 100;

    @Option(
            names = "--program",
            paramLabel = "[PORT=]FILE[:NAME]",
            description =
                    "An eBPF object file whose program for XDP or VALE-BPF decides about every frame, before learning does;"
                            + " with PORT= about the frames of that port, before the program of the switch. NAME where the object has"
                            + " several. May be repeated.")
    private List<String> programs = List.of();

    @Option(
            names = "--set",
            paramLabel = "MAP:KEY=VALUE",
            description = "Put an entry into a map before the program sees a frame, as for 'weir program run'; in each"
                    + " object that has such a map. The value for a program array is the name of a program of that object."
                    + " May be repeated.")
    private List<String> settings = List.of();

    @Option(names = "--engine", paramLabel = "ENGINE", description = "jit (default) or interpreter.")
    private EngineName engine = EngineName.JIT;

    @Option(
            names = "--unchecked",
            description = "Leave out what compiled code checks a second time, although programs are verified. A mistake"
                    + " of the verifier can then crash the process.")
    private boolean unchecked;

    @Option(
            names = "--on-fault",
            paramLabel = "WHAT",
            description = "What becomes of a frame on which a program has a fault: drop (default), or learn, as after"
                    + " XDP_PASS.")
    private OnFault onFault = OnFault.DROP;

    @Option(
            names = "--offload-aware",
            description = "Show programs that change frames those of up to 64 KiB with unfinished checksums, too, which"
                    + " ports with offloads bring; otherwise they get them cut into packets. Programs that only read see"
                    + " them anyway.")
    private boolean offloadAware;

    @Option(
            names = "--finished-frames",
            description =
                    "Show all programs packets with finished checksums, those that only read, too: for programs that"
                            + " read checksums.")
    private boolean finishedFrames;

    @Option(
            names = "--watch",
            description = "When an object file changes, load it anew while frames flow; its maps keep what they hold. A"
                    + " program that cannot be loaded changes nothing.")
    private boolean watch;

    private final List<Source> sources = new ArrayList<>();
    private final List<MapSetting> entries = new ArrayList<>();

    /** For picocli. */
    SwitchProgramsArgument() {}

    /** Where a program comes from and goes to. */
    private static final class Source {
        final ProgramPlace place;
        final Path file;
        final String program;
        ObjectFile object;
        FileStamp stamp;
        FileStamp seen;

        Source(ProgramPlace place, Path file, String program) {
            this.place = place;
            this.file = file;
            this.program = program;
            stamp = FileStamp.of(file);
            seen = stamp;
            object = ObjectArgument.parseFile(file);
        }
    }

    /** What tells one content of a file from another. */
    private record FileStamp(long modifiedMillis, long bytes) {
        private static final FileStamp ABSENT = new FileStamp(0, -1);

        static FileStamp of(Path file) {
            try {
                return new FileStamp(Files.getLastModifiedTime(file).toMillis(), Files.size(file));
            } catch (IOException e) {
                return ABSENT; // a compiler may be about to write it
            }
        }
    }

    /**
     * Reads all files and checks what can be checked without a switch: nothing has been opened when a program is
     * refused. Failures are those of the command.
     *
     * @param portNames of the ports there will be
     * @param err hears what the verifier has to say of a rejected program
     */
    void read(List<String> portNames, PrintWriter err) {
        checkOptions();
        Map<ProgramPlace, String> taken = new LinkedHashMap<>();
        for (String text : programs) {
            Source source = source(text, portNames);
            String before = taken.put(source.place, text);
            if (before != null) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "two programs for " + source.place + ": " + Printable.of(before) + " and " + Printable.of(text),
                        "a switch takes one program for all ports, and one for each port");
            }
            checkIsThere(source);
            sources.add(source);
        }
        for (String setting : settings) {
            entries.add(checkIsTaken(setting));
        }
        for (Source source : sources) {
            String rejected = rejected(source, source.object, err);
            if (!rejected.isEmpty()) {
                throw rejection(source, rejected, null);
            }
        }
    }

    /** For a command that has no use for programs here: usage, when one is named. */
    void refuse(String why) {
        if (!programs.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--program is for the own switch, and " + why, "leave one of them away");
        }
    }

    /** For a command that does not look at files again. */
    void refuseToWatch() {
        if (watch) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--watch is for switches that stay",
                    "leave --watch away: what is measured must not change");
        }
    }

    private void checkOptions() {
        String forPrograms = watch
                ? "--watch"
                : unchecked ? "--unchecked" : offloads().isEmpty() ? settings.isEmpty() ? "" : "--set" : offloads();
        if (programs.isEmpty() && !forPrograms.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    forPrograms + " is for programs, and none is given",
                    "name an object file with --program FILE");
        }
        if (offloadAware && finishedFrames) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--offload-aware and --finished-frames say the opposite of each other",
                    "leave one of them away");
        }
        if (unchecked && engine != EngineName.JIT) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--unchecked is for --engine jit: the interpreter always checks",
                    "leave one of them away");
        }
    }

    /** The option about offloads that is given; empty without. */
    private String offloads() {
        return offloadAware ? "--offload-aware" : finishedFrames ? "--finished-frames" : "";
    }

    private static Source source(String text, List<String> portNames) {
        int equals = text.indexOf('=');
        String port = equals < 0 ? "" : text.substring(0, equals);
        boolean isFile = Files.exists(Path.of(text));
        if (equals >= 0 && !isFile && !portNames.contains(port)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--program names port '" + Printable.of(port) + "', which is not among the specs",
                    "ports here are " + String.join(", ", portNames));
        }
        boolean isOnPort = equals >= 0 && !isFile;
        String rest = isOnPort ? text.substring(equals + 1) : text;
        ProgramPlace place = isOnPort ? ProgramPlace.onPort(port) : ProgramPlace.onSwitch();
        int colon = rest.lastIndexOf(':');
        boolean hasName = colon > 0 && !Files.exists(Path.of(rest));
        Path file = Path.of(hasName ? rest.substring(0, colon) : rest);
        return new Source(place, file, hasName ? rest.substring(colon + 1) : "");
    }

    private static void checkIsThere(Source source) {
        List<String> known = source.object.programs().stream()
                .filter(spec -> spec.type().isRunnable() && spec.attach() == ProgramSpec.Attach.DEVICE)
                .map(ProgramSpec::name)
                .toList();
        String names = Printable.of(String.join(", ", known));
        if (known.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "no program of XDP or VALE-BPF for ports in " + source.file,
                    "a program for ports is a function with SEC(\"xdp\"), or VALE-BPF's in .text; 'weir program disasm' shows what there is");
        }
        if (source.program.isEmpty() && known.size() > 1) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    source.file + " has " + known.size() + " programs for ports",
                    "choose one with --program " + source.file + ":NAME: " + names);
        }
        if (!source.program.isEmpty() && !known.contains(source.program)) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "no program '" + Printable.of(source.program) + "' for ports in " + source.file,
                    Printable.of(Spelling.didYouMean(source.program, known)) + "programs are " + names);
        }
    }

    /** Some object must have the map, and each that has it must take the entry. */
    private MapSetting checkIsTaken(String text) {
        MapSetting entry;
        try {
            entry = MapSetting.parse(text);
        } catch (ReplayException e) {
            throw CommandFailures.of(e);
        }
        ReplayException refusal = null;
        boolean isTaken = false;
        for (Source source : sources) {
            try {
                entry.check(source.object);
                isTaken = true;
            } catch (ReplayException e) {
                if (e.kind() != ReplayException.Kind.NOT_FOUND) {
                    throw CommandFailures.of(e);
                }
                refusal = e;
            }
        }
        if (!isTaken && refusal != null) {
            throw CommandFailures.of(refusal);
        }
        return entry;
    }

    /** Loads the program for all ports. To be called before there are ports, so that no frame gets past it. */
    void loadOntoSwitch(Switch sw, PrintWriter err) {
        load(sw, ProgramPlace.onSwitch(), err);
    }

    /** Loads the program of a port. To be called before the port is asked for frames. */
    void loadOntoPort(Switch sw, String port, PrintWriter err) {
        load(sw, ProgramPlace.onPort(port), err);
    }

    private void load(Switch sw, ProgramPlace place, PrintWriter err) {
        for (Source source : sources) {
            if (source.place.equals(place)) {
                try {
                    AttachedProgram loaded = load(sw, source, source.object, null);
                    loaded.warnings().forEach(warning -> err.println("warning: " + Printable.of(warning)));
                } catch (LoadException e) {
                    throw refused(source, source.object, e, err);
                } catch (ProgramException e) {
                    throw CommandFailures.of(ExitCode.FAILURE, e, e.hint());
                }
            }
        }
    }

    /** @param before the object whose maps go on with what they hold; null for none */
    private AttachedProgram load(Switch sw, Source source, ObjectFile object, @Nullable ObjectFile before)
            throws LoadException, ProgramException {
        ProgramOptions options = ProgramOptions.DEFAULT
                .withProgram(source.program)
                .withTailCalled(tailCalled(object))
                .withEngine(engine())
                .withOnFault(onFault)
                .withOffloads(
                        offloadAware
                                ? OffloadView.AS_THEY_CAME
                                : finishedFrames ? OffloadView.FINISHED : OffloadView.BY_WHAT_IT_DOES)
                .withKeepMaps(before != null);
        return sw.programs().load(source.place, object, options, program -> fillMaps(program, before));
    }

    /** Programs that entries put into program arrays of an object. */
    private Set<String> tailCalled(ObjectFile object) {
        Set<String> names = new LinkedHashSet<>();
        for (MapSetting entry : entries) {
            if (object.map(entry.map()).isPresent()) {
                try {
                    entry.programIn(object).ifPresent(names::add);
                } catch (ReplayException e) {
                    throw CommandFailures.of(e);
                }
            }
        }
        return names;
    }

    private Engine engine() {
        return switch (engine) {
            case INTERPRETER -> Engine.interpreter();
            case JIT -> new Engine.Jit(Engine.JitFallback.WARN, !unchecked);
        };
    }

    private void fillMaps(AttachedProgram program, @Nullable ObjectFile before) {
        for (MapSetting entry : entries) {
            try {
                if (isNew(entry.map(), program.blueprint(), before)) {
                    entry.put(program);
                }
            } catch (ReplayException e) {
                throw CommandFailures.of(e);
            }
        }
    }

    /** Whether the object has the map, and does not go on with what an object before had put into it. */
    private static boolean isNew(String map, ObjectFile object, @Nullable ObjectFile before) {
        Optional<MapSpec> known = before == null ? Optional.empty() : before.map(map);
        return object.map(map)
                .filter(spec -> spec.type() == MapType.PROG_ARRAY // never kept
                        || known.filter(spec::isSameDefinitionAs).isEmpty())
                .isPresent();
    }

    /** Prints all that the verifier has to say, if it is the one who refuses. */
    private CommandFailure refused(Source source, ObjectFile object, LoadException e, PrintWriter err) {
        if (e.violations().isEmpty()) {
            return CommandFailures.of(
                    ExitCode.FAILURE,
                    new IOException(Printable.of(source.file + ": " + e.getMessage()), e),
                    "docs/ebpf-support.md says what is supported; 'weir program disasm' shows the instructions");
        }
        return rejection(source, rejected(source, object, err), e);
    }

    private static CommandFailure rejection(Source source, String names, @Nullable LoadException cause) {
        return new CommandFailure(
                ExitCode.PROGRAM_REJECTED,
                source.file + ": " + Printable.of(names) + " rejected by the verifier, and not loaded",
                "'weir program verify " + source.file + "' says the same without a switch",
                cause);
    }

    /** Verifies what would be loaded, prints what is wrong, and returns the names of the rejected programs. */
    private String rejected(Source source, ObjectFile object, PrintWriter err) {
        VerificationText text = new VerificationText(err, Colours.NONE);
        Set<String> tailCalled = tailCalled(object);
        return LoadedObject.chosen(object, name -> tailCalled.contains(name) || isLoaded(name, object, source)).stream()
                .filter(spec -> explain(object, spec, text))
                .map(ProgramSpec::name)
                .collect(Collectors.joining(", "));
    }

    /** The program that was asked for, and all for entries of maps. */
    private static boolean isLoaded(String name, ObjectFile object, Source source) {
        return object.program(name)
                .filter(spec -> spec.attach() != ProgramSpec.Attach.DEVICE
                        || source.program.isEmpty()
                        || source.program.equals(name))
                .isPresent();
    }

    private static boolean explain(ObjectFile object, ProgramSpec spec, VerificationText text) {
        VerificationReport.Program verified = VerificationReport.Program.of(spec, object, 0);
        boolean isRejected = verified.verdict() == Verdict.REJECTED;
        if (isRejected) {
            text.violations(verified);
        }
        return isRejected;
    }

    // ---- while frames flow ---------------------------------------------------------------------------

    /**
     * With {@code --watch}, loads what has changed since it was last looked at, once it stays the same for as long as
     * between two looks.
     */
    void reloadChanged(Switch sw, Consumer<String> say, PrintWriter err) {
        if (!watch) {
            return;
        }
        for (Source source : sources) {
            FileStamp now = FileStamp.of(source.file);
            boolean isSettled = now.equals(source.seen) && !now.equals(FileStamp.ABSENT);
            source.seen = now;
            if (isSettled && !now.equals(source.stamp)) {
                source.stamp = now;
                reload(sw, source, say, err);
            }
        }
    }

    private void reload(Switch sw, Source source, Consumer<String> say, PrintWriter err) {
        try {
            ObjectFile object = ObjectArgument.parseFile(source.file);
            try {
                load(sw, source, object, source.object);
                source.object = object;
            } catch (LoadException e) {
                throw refused(source, object, e, err);
            } catch (ProgramException e) {
                throw CommandFailures.of(ExitCode.FAILURE, e, e.hint());
            }
        } catch (CommandFailure e) {
            say.accept("not reloaded: " + e.getMessage() + "; the program before goes on");
        }
    }

    /** What programs have printed with {@code bpf_trace_printk} since the last time. */
    static void tellTrace(Switch sw, Consumer<String> say) {
        for (AttachedProgram program : sw.programs().all()) {
            program.takeTrace(MAX_TRACE_LINES)
                    .forEach(line ->
                            say.accept("trace " + Printable.of(program.spec().name() + ": " + line.text())));
        }
    }
}
