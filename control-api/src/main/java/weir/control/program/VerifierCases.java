// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.program.ReplayException.Kind;
import weir.control.program.VerifierCase.CaseMap;
import weir.control.program.VerifierCase.EntryText;
import weir.control.program.VerifierCase.Expected;
import weir.control.program.VerifierCase.RunText;
import weir.control.text.FileTrouble;
import weir.ebpf.Engine;

/** Programs with the verdicts that they should get, out of a JSON file; {@code docs/verifier.md} has the format. */
public final class VerifierCases {
    private static final int MAX_BYTES = 64 << 20;
    private static final String HINT =
            "docs/verifier.md has the format: {\"cases\": [{\"name\", \"expected\", \"insns\"}]}";

    private final String file;
    private final List<VerifierCase> cases;

    private VerifierCases(String file, List<VerifierCase> cases) {
        this.file = file;
        this.cases = cases;
    }

    /**
     * Reads a file.
     *
     * @throws ReplayException when it cannot be read, or is of another form
     */
    public static VerifierCases read(Path file) throws ReplayException {
        JsonNode root;
        try {
            root = JsonMapper.shared().readTree(bytes(file));
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String place = at == null ? "" : ":" + at.getLineNr() + ":" + at.getColumnNr();
            throw new ReplayException(
                    Kind.CONTENT, Printable.of(file + place + ": not JSON: " + e.getOriginalMessage()), HINT);
        }
        JsonNode list = root.path("cases");
        if (!list.isArray() || list.isEmpty()) {
            throw new ReplayException(Kind.CONTENT, file + ": there is no array \"cases\" with something in it", HINT);
        }
        List<VerifierCase> cases = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            cases.add(new Reader(Printable.of(file + ": cases[" + i + ']')).read(list.get(i)));
        }
        return new VerifierCases(file.toString(), cases);
    }

    private static byte[] bytes(Path file) throws ReplayException {
        if (Files.isDirectory(file)) {
            throw new ReplayException(Kind.CONTENT, file + " is a directory", "name the file in it");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new ReplayException(Kind.NOT_FOUND, "no file " + file, HINT);
        } catch (IOException e) {
            throw new ReplayException(
                    Kind.CONTENT, "cannot read " + file + ": " + FileTrouble.of(e), "check that you may read it");
        }
        if (bytes.length > MAX_BYTES) {
            throw new ReplayException(
                    Kind.CONTENT, file + " has more than " + MAX_BYTES + " bytes", "split it into several files");
        }
        return bytes;
    }

    /** Verifies all, runs the safe ones that say what a run gives under each of the engines, and compares. */
    public CasesReport run(List<Engine> engines) {
        return CasesReport.of(
                file, cases.stream().map(each -> each.result(engines)).toList());
    }

    /** Reads one case; messages begin with its place. */
    private record Reader(String place) {
        VerifierCase read(JsonNode node) throws ReplayException {
            List<CaseMap> maps = new ArrayList<>();
            List<EntryText> entries = new ArrayList<>();
            for (JsonNode map : node.path("maps")) {
                int index = (int) number(map, "index", maps.size());
                MapText definition = new MapText(
                        text(map, "type"),
                        number(map, "key_size"),
                        number(map, "value_size"),
                        number(map, "max_entries"),
                        number(map, "flags", 0),
                        number(map, "inner", MapText.NONE));
                maps.add(new CaseMap(index, definition));
                for (JsonNode entry : map.path("init")) {
                    entries.add(new EntryText(index, text(entry, "key"), text(entry, "value")));
                }
            }
            return new VerifierCase(
                    text(node, "name"),
                    node.has("prog_type") ? text(node, "prog_type") : "xdp",
                    expected(text(node, "expected")),
                    code(node.path("insns")),
                    maps,
                    entries,
                    run(node.path("run")));
        }

        private Expected expected(String word) throws ReplayException {
            for (Expected each : Expected.values()) {
                if (each.name().toLowerCase(Locale.ROOT).equals(word)) {
                    return each;
                }
            }
            throw wrong("\"expected\" is accept, reject or either, not \"" + Printable.of(word) + '"');
        }

        private String code(JsonNode insns) throws ReplayException {
            if (insns.isString()) {
                return insns.stringValue();
            }
            StringBuilder code = new StringBuilder();
            for (JsonNode each : insns) {
                if (!each.isString()) {
                    throw wrong("\"insns\" holds something else than strings");
                }
                code.append(each.stringValue()).append('\n');
            }
            if (code.isEmpty()) {
                throw wrong("\"insns\" is missing");
            }
            return code.toString();
        }

        private @Nullable RunText run(JsonNode run) throws ReplayException {
            if (!run.isObject()) {
                return null;
            }
            return new RunText(
                    text(run, "packet"),
                    run.has("retval") ? number(run, "retval") : null,
                    run.has("packet_out") ? text(run, "packet_out") : null);
        }

        private String text(JsonNode parent, String key) throws ReplayException {
            if (!parent.path(key).isString()) {
                throw wrong('"' + key + "\" is not a string");
            }
            return parent.path(key).stringValue();
        }

        private long number(JsonNode parent, String key, long otherwise) throws ReplayException {
            return parent.has(key) ? number(parent, key) : otherwise;
        }

        private long number(JsonNode parent, String key) throws ReplayException {
            JsonNode value = parent.path(key);
            if (!value.isIntegralNumber() || !value.canConvertToLong()) {
                throw wrong('"' + key + "\" is not a whole number");
            }
            return value.longValue();
        }

        private ReplayException wrong(String what) {
            return new ReplayException(Kind.CONTENT, place + ": " + what, HINT);
        }
    }
}
