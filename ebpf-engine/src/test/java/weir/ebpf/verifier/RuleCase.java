// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Assembler;
import weir.ebpf.isa.Assembly;
import weir.ebpf.kernel.SpinLockBtf;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.program.Signature;
import weir.ebpf.program.Subprogram;

/**
 * A program and the verdict it has to get. A twin is the case above it with one line
 * changed.
 *
 * <pre>
 * case NAME
 * why TEXT
 * map NAME TYPE KEY VALUE ENTRIES [FLAGS] [lock]    "lock": a value of {@link SpinLockBtf}
 * inner TYPE KEY VALUE ENTRIES [FLAGS]              what the map of maps before it holds
 * data NAME HEX                                     frozen map of one value, as .rodata
 * global LABEL PARAMETER...                         number, context, memory:BYTES or memory-or-null:BYTES
 * attach devmap
 * type vale                                         a VALE-BPF program; the kernel cannot be asked
 * code                                              lines of assembler up to the first "expect"
 * expect accept
 * expect reject KIND SLOT TEXT                      TEXT is in the message
 * kernel accept|reject|unknown WHY                  where Linux 6.18 as root says otherwise or cannot be asked
 *
 * twin NAME
 * change LINE =&gt; LINE                               a line that is there once, and what it becomes
 * expect ...
 * </pre>
 */
record RuleCase(
        String name,
        String why,
        List<MapSpec> maps,
        List<Global> globals,
        ProgramSpec.Attach attach,
        ProgramType type,
        List<String> code,
        Expected expected,
        Kernel kernel) {
    static final List<String> FILES = List.of(
            "atomics.txt",
            "attacks.txt",
            "calls.txt",
            "callbacks.txt",
            "context.txt",
            "flow.txt",
            "helpers.txt",
            "locks.txt",
            "loops.txt",
            "maps.txt",
            "null.txt",
            "numbers.txt",
            "packet.txt",
            "pointers.txt",
            "pruning.txt",
            "ranges.txt",
            "records.txt",
            "stack.txt",
            "types.txt",
            "vale.txt");

    /** A global function: the label it begins at, and what it takes. */
    record Global(String label, Signature signature) {}

    /**
     * The verdict.
     *
     * @param kind null where the program is accepted
     */
    record Expected(@Nullable ViolationKind kind, int slot, String text) {
        boolean isAccepted() {
            return kind == null;
        }
    }

    /** What the kernel says. */
    enum Kernel {
        ACCEPTS,
        REJECTS,
        UNKNOWN
    }

    /** All cases of all files. */
    static Stream<RuleCase> all() {
        return FILES.stream().flatMap(file -> read(file).stream());
    }

    private static List<RuleCase> read(String file) {
        InputStream stream = Objects.requireNonNull(RuleCase.class.getResourceAsStream(file), file);
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return read(file, reader.lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<RuleCase> read(String file, List<String> lines) {
        List<RuleCase> cases = new ArrayList<>();
        Draft draft = null;
        Draft original = null;
        for (String line : lines) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] parts = line.strip().split(" ", 2);
            String rest = parts.length > 1 ? parts[1] : "";
            if (parts[0].equals("case") || parts[0].equals("twin")) {
                if (draft != null) {
                    cases.add(draft.finish());
                }
                if (parts[0].equals("case")) {
                    draft = new Draft(file + ": " + rest);
                    original = draft;
                } else {
                    draft = new Draft(Objects.requireNonNull(original, line), rest);
                }
            } else {
                Objects.requireNonNull(draft, line).read(parts[0], rest, line);
            }
        }
        cases.add(Objects.requireNonNull(draft, file).finish());
        return cases;
    }

    ProgramSpec program() {
        List<String> names = maps.stream().map(MapSpec::name).toList();
        Assembly assembly = new Assembler()
                .helpers(this::helperNumber)
                .maps(map -> names.contains(map) ? OptionalInt.of(names.indexOf(map)) : OptionalInt.empty())
                .read(String.join("\n", code) + "\n");
        List<Subprogram> functions = new ArrayList<>();
        functions.add(new Subprogram("case", 0, true, 0));
        for (String label : assembly.labels().keySet()) {
            globals.stream()
                    .filter(each -> each.label().equals(label))
                    .forEach(each -> functions.add(
                            new Subprogram(label, assembly.labels().get(label), true, 0, each.signature())));
            if (isCalled(label)) {
                functions.add(new Subprogram(label, assembly.labels().get(label), false, 0));
            }
        }
        return new ProgramSpec("case", "xdp", type, attach, assembly.code(), functions, List.of(), "GPL", List.of());
    }

    private boolean isCalled(String label) {
        boolean isGlobal = globals.stream().anyMatch(each -> each.label().equals(label));
        return !isGlobal
                && code.stream()
                        .map(String::strip)
                        .anyMatch(line -> line.equals("call " + label) || line.endsWith("= &" + label));
    }

    private OptionalInt helperNumber(String helper) {
        return HelperTable.of(type).all().keySet().stream()
                .mapToInt(Integer::intValue)
                .filter(number -> helper.equals(type.helperName(number)))
                .findFirst();
    }

    @Override
    public String toString() {
        return name;
    }

    /** A case while it is read. */
    private static final class Draft {
        private final String family;
        private final String name;
        private final List<MapSpec> maps = new ArrayList<>();
        private final List<Global> globals = new ArrayList<>();
        private final List<String> code = new ArrayList<>();
        private String why = "";
        private ProgramSpec.Attach attach = ProgramSpec.Attach.DEVICE;
        private ProgramType type = ProgramType.XDP;
        private @Nullable Expected expected;
        private @Nullable Kernel kernel;

        Draft(String name) {
            this.family = name;
            this.name = name;
        }

        Draft(Draft sibling, String name) {
            family = sibling.family;
            this.name = family + ", " + name;
            maps.addAll(sibling.maps);
            globals.addAll(sibling.globals);
            code.addAll(sibling.code);
            attach = sibling.attach;
            type = sibling.type;
        }

        void read(String keyword, String rest, String line) {
            switch (keyword) {
                case "why" -> why = rest;
                case "map" -> maps.add(map(List.of(rest.split(" +"))));
                case "inner" -> maps.add(maps.removeLast().withInner(map(List.of(("inner " + rest).split(" +")))));
                case "data" -> maps.add(data(List.of(rest.split(" +"))));
                case "global" -> globals.add(global(List.of(rest.split(" +"))));
                case "attach" -> attach = ProgramSpec.Attach.valueOf(rest.toUpperCase(Locale.ROOT));
                case "type" -> type = ProgramType.valueOf(rest.toUpperCase(Locale.ROOT));
                case "change" -> change(rest);
                case "expect" -> expected = expected(rest.split(" ", 4));
                case "kernel" -> kernel = kernel(rest.split(" ", 2)[0]);
                case "code" -> {}
                default -> code.add(line.strip());
            }
        }

        private void change(String rest) {
            String[] sides = rest.split("=>", 2);
            List<Integer> places = Stream.iterate(0, i -> i + 1)
                    .limit(code.size())
                    .filter(i -> code.get(i).equals(sides[0].strip()))
                    .toList();
            if (places.size() != 1) {
                throw new IllegalArgumentException(name + ": " + places.size() + " lines are " + sides[0]);
            }
            code.set(places.getFirst(), sides[1].strip());
        }

        RuleCase finish() {
            if (expected == null) {
                throw new IllegalArgumentException(name + " expects nothing");
            }
            Kernel same = expected.isAccepted() ? Kernel.ACCEPTS : Kernel.REJECTS;
            if (type != ProgramType.XDP) {
                same = Kernel.UNKNOWN;
            }
            return new RuleCase(
                    name,
                    why,
                    List.copyOf(maps),
                    List.copyOf(globals),
                    attach,
                    type,
                    List.copyOf(code),
                    expected,
                    kernel == null ? same : kernel);
        }

        private static Kernel kernel(String word) {
            return switch (word) {
                case "accept" -> Kernel.ACCEPTS;
                case "reject" -> Kernel.REJECTS;
                case "unknown" -> Kernel.UNKNOWN;
                default -> throw new IllegalArgumentException(word);
            };
        }

        private static Expected expected(String[] words) {
            return words[0].equals("accept")
                    ? new Expected(null, Violation.NONE, "")
                    : new Expected(ViolationKind.valueOf(words[1]), Integer.parseInt(words[2]), words[3]);
        }

        private static MapSpec map(List<String> words) {
            MapSpec spec = MapSpec.of(
                    words.get(0),
                    MapType.valueOf(words.get(1).toUpperCase(Locale.ROOT)),
                    Integer.parseInt(words.get(2)),
                    Integer.parseInt(words.get(3)),
                    Integer.parseInt(words.get(4)));
            for (String word : words.subList(5, words.size())) {
                spec = word.equals("lock")
                        ? spec.withSpinLockOffset(SpinLockBtf.LOCK_OFFSET)
                        : spec.withFlags(Integer.decode(word));
            }
            return spec;
        }

        private static MapSpec data(List<String> words) {
            byte[] bytes = HexFormat.of().parseHex(words.get(1));
            return MapSpec.of(words.get(0), MapType.ARRAY, Integer.BYTES, bytes.length, 1)
                    .withFlags(MapFlags.RDONLY_PROG)
                    .withContents(List.of(new MapSpec.Entry.Data(Bytes.of(bytes))))
                    .withFrozen(true);
        }

        private static Global global(List<String> words) {
            List<Signature.Parameter> parameters =
                    words.stream().skip(1).map(Draft::parameter).toList();
            return new Global(words.getFirst(), new Signature(parameters, true));
        }

        private static Signature.Parameter parameter(String word) {
            String[] parts = word.split(":", 2);
            return switch (parts[0]) {
                case "number" -> new Signature.Parameter.Scalar();
                case "context" -> new Signature.Parameter.Context();
                case "memory" -> new Signature.Parameter.Memory(Integer.parseInt(parts[1]), false);
                case "memory-or-null" -> new Signature.Parameter.Memory(Integer.parseInt(parts[1]), true);
                default -> throw new IllegalArgumentException(word);
            };
        }
    }
}
