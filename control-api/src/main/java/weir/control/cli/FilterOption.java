// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.text.FileTrouble;

/** The option {@code --filter}, for use as a picocli mixin: which frames a capture or a trace takes. */
public final class FilterOption {
    private static final int MAX_BYTES = 16 << 20;

    @Option(
            names = "--filter",
            paramLabel = "FILE",
            description =
                    "Only frames that pass: what 'tcpdump -ddd' prints, or an eBPF object with a program for XDP.")
    private @Nullable Path file;

    @Option(names = "--program", paramLabel = "NAME", description = "The program, where the object has several.")
    private String program = "";

    /** For picocli. */
    public FilterOption() {}

    /** What the daemon is asked for, which gets the object before; null without a filter. */
    @Nullable
    Map<String, Object> json(DaemonClient client) {
        Path from = file;
        if (from == null) {
            return null;
        }
        byte[] content = content(from);
        if (content.length == 0) {
            throw new CommandFailure(
                    ExitCode.USAGE, "filter " + from + " is empty", "'tcpdump -ddd EXPRESSION' prints one");
        }
        if (!ObjectArgument.isElf(content)) {
            return Map.of("cbpf", new String(content, StandardCharsets.ISO_8859_1));
        }
        JsonNode object =
                client.json(ApiRequest.post(ApiPath.of("objects")).withBody("application/octet-stream", content));
        return Map.of("object", object.path("object").asString(), "program", program);
    }

    private static byte[] content(Path from) {
        try (InputStream in = Files.newInputStream(from)) {
            return in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND, "no file " + from, "'tcpdump -ddd EXPRESSION' prints a filter", e);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "cannot read " + from + ": " + FileTrouble.of(e),
                    "name a file that you may read",
                    e);
        }
    }
}
