// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import java.util.HashMap;
import java.util.Map;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Listing;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.Subprogram;

/**
 * Writes a scenario and the kernel's outcome as a file that {@link ScenarioFile} reads back:
 *
 * <pre>
 * # why this case is here
 * map array ARRAY key 4 value 64 entries 4 flags 0 frozen false
 * lock locked_array 8                  where its values have a spin lock
 * inner array_of_maps 2 array          a map, defined before, in a map of maps
 * data .rodata 00ff..                  what a data section holds
 * slot prog_array 0 tail_0             program in a program array
 * set devmap 00000000 01000000         element that control code puts in
 * program main
 * function f1 12 global                name, slot, static or global
 * code
 *     r0 = 2
 *     exit
 * end
 * packet 0102.. 0                      metadata and frame; bytes of metadata
 * gives 2 0102.. 0                     return value, the same afterwards; or: fails errno 22
 * record ringbuf 0 8 0102..            what a consumer took, in order; see Outcome
 * after array 00000000 0000..          element at the end
 * </pre>
 */
final class ScenarioText {
    private static final HelperTable HELPERS = HelperTable.xdp();
    private final StringBuilder text = new StringBuilder();

    private ScenarioText() {}

    static String of(String comment, Scenario scenario, Outcome outcome) {
        ScenarioText writer = new ScenarioText();
        comment.lines().forEach(line -> writer.line("#", line));
        scenario.maps().forEach(map -> writer.map(map, scenario));
        for (Scenario.Preset preset : scenario.presets()) {
            String name = scenario.maps().get(preset.map()).name();
            writer.line("set", name, preset.key(), preset.value());
        }
        scenario.programs().forEach(program -> writer.program(program, scenario));
        for (int i = 0; i < scenario.packets().size(); i++) {
            Outcome.Run run = outcome.runs().get(i);
            Scenario.Packet packet = scenario.packets().get(i);
            writer.line("packet", packet.data(), packet.metadataBytes());
            if (run.failure().isEmpty()) {
                writer.line("gives", Integer.toUnsignedString(run.returnValue()), run.data(), run.metadataBytes());
            } else {
                writer.line("fails", run.failure());
            }
        }
        outcome.records().forEach(record -> writer.line("record", record));
        outcome.maps()
                .forEach((name, contents) -> contents.forEach((key, value) -> writer.line("after", name, key, value)));
        return writer.text.toString();
    }

    private void map(MapSpec map, Scenario scenario) {
        line(
                "map",
                map.name(),
                map.type(),
                "key",
                map.keyBytes(),
                "value",
                map.valueBytes(),
                "entries",
                map.maxEntries(),
                "flags",
                map.flags(),
                "frozen",
                map.frozen());
        if (map.spinLockOffset() != MapSpec.NO_SPIN_LOCK) {
            line("lock", map.name(), map.spinLockOffset());
        }
        for (MapSpec.Entry entry : map.contents()) {
            switch (entry) {
                case MapSpec.Entry.Data(var bytes) -> line("data", map.name(), bytes);
                case MapSpec.Entry.Program(int key, String name) -> line("slot", map.name(), key, name);
                case MapSpec.Entry.InnerMap(int key, int index) ->
                    line("inner", map.name(), key, scenario.maps().get(index).name());
            }
        }
    }

    private void program(ProgramSpec program, Scenario scenario) {
        line("program", program.name());
        Map<Integer, String> names = new HashMap<>();
        for (Subprogram each :
                program.subprograms().subList(1, program.subprograms().size())) {
            line("function", each.name(), each.slot(), each.isGlobal() ? "global" : "static");
            names.put(each.slot(), each.name());
        }
        line("code");
        text.append(new Listing(program.code())
                .helpers(ScenarioText::helperName)
                .maps(index -> scenario.maps().get(index).name())
                .subprograms(names::get)
                .withLabels()
                .text());
        line("end");
    }

    private static String helperName(int number) {
        Helper helper = HELPERS.find(number);
        return helper == null ? null : helper.name();
    }

    private void line(Object... words) {
        for (int i = 0; i < words.length; i++) {
            text.append(i == 0 ? "" : " ").append(words[i]);
        }
        text.append('\n');
    }
}
