// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static weir.control.cli.AnswerText.number;
import static weir.control.cli.AnswerText.text;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.completion.DynamicCandidates;
import weir.control.completion.NameKind;
import weir.control.program.MapSetting;
import weir.control.program.Printable;
import weir.control.program.ReplayException;
import weir.control.text.FileTrouble;
import weir.core.program.OnFault;
import weir.core.program.ShadowRun;

/** {@code weir program load}. */
@Command(
        name = "load",
        description = {
            "Loads a program onto a switch of the daemon, or onto a port, while frames flow.",
            "",
            "Until it is verified, compiled and warmed up the one before decides. One that the verifier rejects changes"
                    + " nothing; what it says is what 'weir program verify' prints."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir program load lan bridge.o",
            "  weir program load lan:web filter.o --set blocked:53=1",
            "  weir program load lan filter2.o --keep-maps",
            "  weir program load lan filter2.o --shadow 10000"
        })
public final class ProgramLoadCommand extends QueryCommand {
    private static final String ON = "1";

    /** Largest object file that the daemon takes. */
    private static final int MAX_BYTES = 16 << 20;

    @Parameters(
            index = "0",
            paramLabel = "SWITCH[:PORT]",
            converter = Place.OfEither.class,
            description = "Where: about frames of all ports, or of one, before the program of the switch.")
    @DynamicCandidates(NameKind.SWITCH_OR_PORT)
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Place place;

    @Parameters(index = "1", paramLabel = "FILE", description = "An eBPF object file, as clang writes it.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path file;

    @Option(names = "--program", paramLabel = "NAME", description = "Which, where FILE has several.")
    private String program = "";

    @Option(names = "--keep-maps", description = "Maps of equal definition go on with what they hold.")
    private boolean keepMaps;

    @Option(
            names = "--shadow",
            paramLabel = "N",
            description =
                    "Do not load it: run it on copies of N live frames, 1 to 65536, or of those that come within 10 s,"
                            + " and tell where it would decide otherwise than the program in place.")
    private @Nullable Integer shadow;

    @Option(names = "--engine", paramLabel = "ENGINE", description = "jit (default) or interpreter.")
    private EngineName engine = EngineName.JIT;

    @Option(
            names = "--unchecked",
            description =
                    "Leave out what compiled code checks a second time. A mistake of the verifier can then crash the"
                            + " daemon.")
    private boolean unchecked;

    @Option(
            names = "--on-fault",
            paramLabel = "WHAT",
            description = "What becomes of a frame on which it has a fault: drop (default) or learn.")
    private OnFault onFault = OnFault.DROP;

    @Option(
            names = "--offload-aware",
            description = "Show it frames of up to 64 KiB with unfinished checksums, too, also when it changes frames.")
    private boolean offloadAware;

    @Option(names = "--finished-frames", description = "Show it packets with finished checksums only.")
    private boolean finishedFrames;

    @Option(
            names = "--set",
            paramLabel = "MAP:KEY=VALUE",
            description = "Put an entry into a map before the program sees a frame. May be repeated.")
    private List<String> settings = List.of();

    /** For picocli. */
    public ProgramLoadCommand() {}

    @Override
    void ask(DaemonClient client) {
        if (offloadAware && finishedFrames) {
            throw usage("--offload-aware and --finished-frames contradict each other");
        }
        if (shadow != null) {
            OptionRange.require(commandLine(), "--shadow", shadow, 1, ShadowRun.MAX_FRAMES);
        }
        Map<String, Object> wanted = wanted();
        JsonNode object =
                client.json(ApiRequest.post(ApiPath.of("objects")).withBody("application/octet-stream", content()));
        wanted.put("object", object.path("object").asString(""));
        ApiPath path = shadow != null ? place.path("program", "shadow") : place.path("program");
        path = keepMaps ? path.with("keepMaps", ON) : path;
        if (shadow != null) {
            path = path.with("frames", shadow.toString());
            JsonNode answer = client.json(ApiRequest.post(path).withJson(wanted));
            print(answer, out -> differences(out, answer));
            return;
        }
        JsonNode answer = client.json(ApiRequest.put(path).withJson(wanted));
        print(answer, out -> {
            answer.path("warnings").forEach(warning -> out.println("warning: " + Printable.of(warning.asString(""))));
            out.println("program " + text(answer, "program") + " decides at " + place);
        });
    }

    private Map<String, Object> wanted() {
        Map<String, Object> wanted = new LinkedHashMap<>();
        if (!program.isEmpty()) {
            wanted.put("program", program);
        }
        wanted.put("engine", engine.name().toLowerCase(Locale.ROOT));
        wanted.put("unchecked", unchecked);
        wanted.put("on_fault", onFault.name().toLowerCase(Locale.ROOT));
        wanted.put("offloads", offloadAware ? "as_they_came" : finishedFrames ? "finished" : "by_what_it_does");
        Map<String, Map<String, String>> maps = new LinkedHashMap<>();
        for (String text : settings) {
            try {
                MapSetting setting = MapSetting.parse(text);
                maps.computeIfAbsent(setting.map(), name -> new LinkedHashMap<>())
                        .put(setting.key(), setting.value());
            } catch (ReplayException e) {
                throw CommandFailures.of(e);
            }
        }
        if (!maps.isEmpty()) {
            wanted.put("maps", maps);
        }
        return wanted;
    }

    private byte[] content() {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new CommandFailure(
                        ExitCode.FAILURE,
                        file + " has " + Files.size(file) + " bytes",
                        "the daemon takes objects of up to " + MAX_BYTES
                                + " bytes; 'llvm-strip -g' makes them smaller");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ExitCode.NOT_FOUND, "no file " + file, "give an object file that exists", e);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "cannot read " + file + ": " + FileTrouble.of(e),
                    "give a readable object file",
                    e);
        }
    }

    private static void differences(PrintWriter out, JsonNode shadow) {
        out.println(text(shadow, "program") + " ran on " + number(shadow, "frames")
                + " frames in the shadow, and decided " + number(shadow, "differences") + " otherwise");
        if (!shadow.path("counts").isEmpty()) {
            TextTable table = new TextTable("IN PLACE", "IN THE SHADOW", "FRAMES");
            shadow.path("counts")
                    .forEach(count -> table.row(text(count, "before"), text(count, "after"), number(count, "frames")));
            table.print(out);
        }
    }
}
