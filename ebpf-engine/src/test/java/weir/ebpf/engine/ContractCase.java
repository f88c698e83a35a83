// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalInt;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Assembler;
import weir.ebpf.isa.Code;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;

/**
 * A program, the frame it runs on, and what comes of it.
 *
 * <pre>
 * case NAME
 * frame BYTES [META]         frame of so many bytes 0, 1, 2 ..., META of them in front as metadata; 64 without
 * type vale                  a VALE-BPF program; XDP without
 * map NAME TYPE KEY VALUE ENTRIES [FLAGS] [lock=OFFSET]
 * text NAME TEXT             map that nobody writes with a text, its zero, and zeros up to 8 bytes more
 * code                       lines of assembler up to the first "expect"
 * expect r0 NUMBER           32 bits
 * expect fault KIND [ADDRESS_KIND]
 * expect length BYTES        of the frame afterwards
 * expect meta BYTES
 * expect bytes OFFSET HEX    from the start of the frame
 * expect line TEXT           first line that was traced
 * expect event HEX           first perf event, data and frame together
 * expect ring NUMBER          the queue afterwards; it is 3 before
 * expect redirect PORT_OR_KEY [MAP FLAGS]
 * </pre>
 */
record ContractCase(
        String name,
        ProgramType type,
        int frameBytes,
        int metadataBytes,
        List<MapSpec> maps,
        String code,
        List<Expectation> expectations) {
    private static final String LOCK = "lock=";

    /** @param text all that stands behind the keyword */
    record Expectation(String what, String text, List<String> words) {
        int number(int index) {
            return (int) Long.decode(words.get(index)).longValue();
        }
    }

    static List<ContractCase> read(String resource) {
        InputStream stream = Objects.requireNonNull(ContractCase.class.getResourceAsStream(resource), resource);
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            List<ContractCase> cases = new ArrayList<>();
            List<String> lines = new ArrayList<>();
            for (String line : reader.lines().toList()) {
                if (line.startsWith("case ")) {
                    addTo(cases, lines);
                    lines.clear();
                }
                if (!line.isBlank() && !line.startsWith("#")) {
                    lines.add(line);
                }
            }
            addTo(cases, lines);
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void addTo(List<ContractCase> cases, List<String> lines) {
        if (!lines.isEmpty()) {
            cases.add(parse(lines));
        }
    }

    private static ContractCase parse(List<String> lines) {
        ProgramType type = ProgramType.XDP;
        int frameBytes = 64;
        int metadataBytes = 0;
        List<MapSpec> maps = new ArrayList<>();
        List<Expectation> expectations = new ArrayList<>();
        StringBuilder code = new StringBuilder();
        boolean inCode = false;
        for (String line : lines.subList(1, lines.size())) {
            List<String> words = List.of(line.strip().split(" +"));
            switch (words.getFirst()) {
                case "frame" -> {
                    frameBytes = Integer.parseInt(words.get(1));
                    metadataBytes = words.size() > 2 ? Integer.parseInt(words.get(2)) : 0;
                }
                case "type" -> type = ProgramType.valueOf(words.get(1).toUpperCase(Locale.ROOT));
                case "map" -> maps.add(map(words));
                case "text" -> maps.add(text(words.get(1), line.strip().split(" +", 3)[2]));
                case "code" -> inCode = true;
                case "expect" -> {
                    inCode = false;
                    String[] parts = line.split(" ", 3);
                    expectations.add(new Expectation(parts[1], parts[2], words.subList(2, words.size())));
                }
                default -> {
                    if (!inCode) {
                        throw new IllegalArgumentException(line);
                    }
                    code.append(line).append('\n');
                }
            }
        }
        if (expectations.isEmpty()) {
            throw new IllegalArgumentException(lines.getFirst() + ": expects nothing");
        }
        return new ContractCase(
                lines.getFirst().substring("case ".length()),
                type,
                frameBytes,
                metadataBytes,
                List.copyOf(maps),
                code.toString(),
                List.copyOf(expectations));
    }

    private static MapSpec map(List<String> words) {
        MapSpec spec = MapSpec.of(
                words.get(1),
                MapType.valueOf(words.get(2).toUpperCase(Locale.ROOT)),
                Integer.parseInt(words.get(3)),
                Integer.parseInt(words.get(4)),
                Integer.parseInt(words.get(5)));
        for (String word : words.subList(6, words.size())) {
            spec = word.startsWith(LOCK)
                    ? spec.withSpinLockOffset(Integer.parseInt(word.substring(LOCK.length())))
                    : spec.withFlags(Integer.decode(word));
        }
        return spec;
    }

    private static MapSpec text(String name, String text) {
        byte[] bytes = (text + "\0".repeat(9)).getBytes(StandardCharsets.ISO_8859_1);
        return MapSpec.builder(name, MapType.ARRAY)
                .keyBytes(Integer.BYTES)
                .valueBytes(bytes.length)
                .maxEntries(1)
                .flags(MapFlags.RDONLY_PROG)
                .contents(List.of(new MapSpec.Entry.Data(Bytes.of(bytes))))
                .frozen(true)
                .build();
    }

    Code assemble() {
        List<String> names = maps.stream().map(MapSpec::name).toList();
        return new Assembler()
                .helpers(helper -> helperNumber(type, helper))
                .maps(map -> names.contains(map) ? OptionalInt.of(names.indexOf(map)) : OptionalInt.empty())
                .read(code)
                .code();
    }

    /** The program, not verified. */
    ProgramSpec program() {
        return ProgramSpec.of("case", type, assemble());
    }

    static OptionalInt helperNumber(String name) {
        return helperNumber(ProgramType.XDP, name);
    }

    private static OptionalInt helperNumber(ProgramType type, String name) {
        return HelperTable.of(type).all().keySet().stream()
                .mapToInt(Integer::intValue)
                .filter(number -> name.equals(type.helperName(number)))
                .findFirst();
    }
}
