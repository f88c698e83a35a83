// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Assembler;
import weir.ebpf.isa.Code;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.program.Subprogram;

/** Reads what {@link ScenarioText} writes. */
final class ScenarioFile {
    private final Map<String, MapSpec> maps = new LinkedHashMap<>();
    private final List<Scenario.Preset> presets = new ArrayList<>();
    private final List<ProgramSpec> programs = new ArrayList<>();
    private final List<Scenario.Packet> packets = new ArrayList<>();
    private final List<Outcome.Run> runs = new ArrayList<>();
    private final List<String> records = new ArrayList<>();
    private final SortedMap<String, SortedMap<String, String>> after = new TreeMap<>();

    private String program = "";
    private List<Subprogram> functions = new ArrayList<>();

    private ScenarioFile() {}

    /** A scenario and what the kernel made of it. */
    record Known(Scenario scenario, Outcome outcome) {}

    static Known read(String text) {
        ScenarioFile file = new ScenarioFile();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).equals("code")) {
                int end = i + lines.subList(i, lines.size()).indexOf("end");
                file.code(String.join("\n", lines.subList(i + 1, end)) + "\n");
                i = end;
            } else if (!lines.get(i).startsWith("#")) {
                file.line(lines.get(i).split(" ", -1));
            }
        }
        Scenario scenario = new Scenario(file.programs, List.copyOf(file.maps.values()), file.presets, file.packets);
        return new Known(scenario, new Outcome(file.runs, file.records, file.after));
    }

    private void line(String[] words) {
        switch (words[0]) {
            case "map" -> map(words);
            case "lock" -> maps.compute(words[1], (name, map) -> map.withSpinLockOffset(Integer.parseInt(words[2])));
            case "inner" -> inner(words[1], Integer.parseInt(words[2]), mapIndex(words[3]));
            case "record" -> records.add(String.join(" ", List.of(words).subList(1, words.length)));
            case "data" -> content(words[1], new MapSpec.Entry.Data(bytes(words[2])));
            case "slot" -> content(words[1], new MapSpec.Entry.Program(Integer.parseInt(words[2]), words[3]));
            case "set" -> presets.add(new Scenario.Preset(mapIndex(words[1]), bytes(words[2]), bytes(words[3])));
            case "program" -> {
                program = words[1];
                functions = new ArrayList<>(List.of(new Subprogram(program, 0, true, 0)));
            }
            case "function" ->
                functions.add(new Subprogram(words[1], Integer.parseInt(words[2]), words[3].equals("global"), 0));
            case "packet" -> packets.add(new Scenario.Packet(bytes(words[1]), Integer.parseInt(words[2])));
            case "gives" ->
                runs.add(new Outcome.Run(
                        "", Integer.parseUnsignedInt(words[1]), bytes(words[2]), Integer.parseInt(words[3])));
            case "fails" -> runs.add(new Outcome.Run(words[1] + " " + words[2], 0, bytes(""), 0));
            case "after" -> after.get(words[1]).put(words[2], words[3]);
            default -> throw new IllegalArgumentException("line '" + String.join(" ", words) + "'");
        }
    }

    private void map(String[] words) {
        MapSpec spec = MapSpec.of(
                        words[1],
                        MapType.valueOf(words[2]),
                        Integer.parseInt(words[4]),
                        Integer.parseInt(words[6]),
                        Integer.parseInt(words[8]))
                .withFlags(Integer.parseInt(words[10]))
                .withFrozen(Boolean.parseBoolean(words[12]));
        maps.put(spec.name(), spec);
        if (Outcome.isCompared(spec)) {
            after.put(spec.name(), new TreeMap<>());
        }
    }

    private void inner(String name, int key, int index) {
        content(name, new MapSpec.Entry.InnerMap(key, index));
        maps.compute(
                name, (same, map) -> map.withInner(List.copyOf(maps.values()).get(index)));
    }

    private void content(String name, MapSpec.Entry entry) {
        MapSpec old = maps.get(name);
        List<MapSpec.Entry> contents = new ArrayList<>(old.contents());
        contents.add(entry);
        maps.put(name, old.withContents(contents));
    }

    private void code(String text) {
        Code code = new Assembler()
                .helpers(ScenarioFile::helperNumber)
                .maps(name -> OptionalInt.of(mapIndex(name)))
                .read(text)
                .code();
        programs.add(new ProgramSpec(
                program,
                "xdp",
                ProgramType.XDP,
                ProgramSpec.Attach.DEVICE,
                code,
                functions,
                List.of(),
                "GPL",
                List.of()));
    }

    private int mapIndex(String name) {
        int index = List.copyOf(maps.keySet()).indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("no map " + name);
        }
        return index;
    }

    private static OptionalInt helperNumber(String name) {
        return HelperTable.xdp().all().entrySet().stream()
                .filter(each -> each.getValue().name().equals(name))
                .mapToInt(Map.Entry::getKey)
                .findFirst();
    }

    private static Bytes bytes(String hex) {
        return Bytes.of(HexFormat.of().parseHex(hex));
    }
}
