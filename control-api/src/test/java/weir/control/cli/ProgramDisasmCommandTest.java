// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.control.cli.ExamplePrograms.example;
import static weir.control.cli.ExamplePrograms.testObject;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ProgramDisasmCommandTest {
    private static final String COMPILE = "'clang -O2 -g --target=bpf -c prog.c -o prog.o'";

    @Test
    void showsInstructionsWithLinesOfCNamesAndLabels() {
        String out = CommandRun.of("program", "disasm", example("bridge.o"))
                .succeeds()
                .out();

        for (String line : List.of(
                "; map stations: HASH, key 6 bytes, value 4 bytes, 1,024 entries",
                "; program bridge, section xdp, type XDP, ",
                "            ; __u32 port = ctx->ingress_ifindex;",
                "r1 = map[stations]",
                "call bpf_map_lookup_elem#1",
                "call bpf_redirect#23")) {
            assertTrue(out.contains(line), () -> line + " is missing in " + out);
        }
        assertTrue(out.lines().anyMatch(line -> line.matches("L\\d+:")), out);
    }

    @Test
    void rawShowsNumbersOnly() {
        String out = CommandRun.of("program", "disasm", example("bridge.o"), "--raw")
                .succeeds()
                .out();

        assertTrue(out.contains("8500000017000000                  call 23"), out);
        assertTrue(out.contains("map[idx:0]"), out);
        assertFalse(out.contains("ctx->"), out);
    }

    @Test
    void showsProgramsOfOtherTypes() {
        JsonNode programs = CommandRun.of("program", "disasm", testObject("other_types.o"), "-o", "json")
                .succeeds()
                .json()
                .get("programs");

        assertTrue(programs.values().stream()
                .anyMatch(program -> program.get("type").asString().equals("OTHER")));
        assertTrue(programs.values().stream()
                .allMatch(program -> program.get("code").size() > 0));
    }

    @Test
    void jsonHasWhatIsPromised() {
        JsonNode json = CommandRun.of("program", "disasm", testObject("functions.o"), "--program", "one", "-o", "json")
                .succeeds()
                .json();

        assertEquals(List.of("license", "programs", "maps"), List.copyOf(json.propertyNames()));
        assertEquals(List.of("one"), List.copyOf(json.get("programs").propertyNames()));
        JsonNode program = json.get("programs").get("one");
        assertEquals(
                List.of("section", "type", "attach", "instructions", "slots", "functions", "unresolved", "code"),
                List.copyOf(program.propertyNames()));
        assertEquals("one", program.get("functions").get(0).get("name").asString());
        JsonNode first = program.get("code").get(0);
        assertEquals(0, first.get("slot").asInt());
        assertEquals("61110c0000000000", first.get("bytes").asString());
        assertEquals("r1 = *(u32 *)(r1 +12)", first.get("text").asString());
    }

    @Test
    void refusesWhatIsNoObject(@TempDir Path folder) throws IOException {
        Path source = Files.writeString(folder.resolve("prog.c"), "#include <linux/bpf.h>\n");
        CommandRun.of("program", "disasm", source.toString())
                .fails(
                        ExitCode.FAILURE,
                        source + ": not an ELF file: it does not begin with 7f 45 4c 46",
                        "this looks like C; compile it first with " + COMPILE);
        String missing = folder.resolve("none.o").toString();
        CommandRun.of("program", "disasm", missing)
                .fails(ExitCode.NOT_FOUND, "no file " + missing, "compile one with " + COMPILE);
        CommandRun.of("program", "disasm", folder.toString())
                .fails(ExitCode.FAILURE, folder + " is a directory", "name the object file in it");
    }

    @Test
    void namesSectionAndOffsetOfDamage(@TempDir Path folder) throws IOException {
        byte[] whole = Files.readAllBytes(Path.of(example("bridge.o")));
        Path cut = Files.write(folder.resolve("cut.o"), Arrays.copyOf(whole, 3000));
        CommandRun run = CommandRun.of("program", "disasm", cut.toString());

        assertEquals(1, run.exitCode());
        assertTrue(
                run.err().startsWith("weir: " + cut + ": section \"ELF header\" offset 0x28: section headers begin at"),
                run::err);
        assertEquals(2, run.err().lines().count(), run::err);
    }

    @Test
    void listsProgramsWhenThereIsNoneOfThatName() {
        CommandRun.of("program", "disasm", example("bridge.o"), "--program", "brigde")
                .fails(
                        ExitCode.NOT_FOUND,
                        "no program 'brigde' in " + example("bridge.o"),
                        "did you mean 'bridge'? programs are bridge");
    }

    @Test
    void tellsWhichMapsAreSharedByName() {
        String out = CommandRun.of("program", "disasm", testObject("pinned.o"))
                .succeeds()
                .out();
        assertTrue(
                out.contains("; map shared: ARRAY, key 4 bytes, value 8 bytes, 1 entry, NUMA node, pinned by name\n"),
                out);
        assertTrue(out.contains("; map own: ARRAY, key 4 bytes, value 8 bytes, 1 entry\n"), out);
    }
}
