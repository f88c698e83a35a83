// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.ApiStream;
import weir.control.client.DaemonClient;
import weir.control.completion.DynamicCandidates;
import weir.control.completion.NameKind;
import weir.control.text.FileTrouble;
import weir.core.capture.CaptureSettings;

/** {@code weir capture}. */
@Command(
        name = "capture",
        description = {
            "Captures frames of a switch or of one of its ports as pcapng, until Ctrl-C.",
            "",
            "Each frame has its port as interface and its direction; drops have their reason as comment."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir capture lan:web -w web.pcapng --seconds 10",
            "  weir capture lan --drops -w - | wireshark -k -i -",
            "  tcpdump -ddd -y EN10MB icmp > icmp.txt",
            "  weir capture lan --filter icmp.txt -w - | tcpdump -r -"
        })
public final class CaptureCommand extends ClientCommand {
    private static final String STANDARD_OUTPUT = "-";

    @Parameters(
            paramLabel = "SWITCH[:PORT]",
            converter = Place.OfEither.class,
            description = "The switch, or one of its ports.")
    @DynamicCandidates(NameKind.SWITCH_OR_PORT)
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Place place;

    @Option(
            names = {"-w", "--write"},
            required = true,
            paramLabel = "FILE",
            description = "Where to write; '-' is standard output.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private String file;

    @Option(names = "--drops", description = "Frames that are dropped, too, with the reason as comment.")
    private boolean drops;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private FilterOption filter;

    @Option(names = "--snaplen", paramLabel = "BYTES", description = "Bytes of each frame, 1 to 262144 (default: all).")
    private @Nullable Integer snapBytes;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "End after so many frames.")
    private @Nullable Integer frames;

    @Option(names = "--seconds", paramLabel = "N", description = "End after so many seconds.")
    private @Nullable Integer seconds;

    /** For picocli. */
    public CaptureCommand() {}

    @Override
    void ask(DaemonClient client) {
        requireInRange("--snaplen", snapBytes, CaptureSettings.DEFAULT_SNAP_BYTES);
        requireInRange("--count", frames, Integer.MAX_VALUE);
        requireInRange("--seconds", seconds, Integer.MAX_VALUE);
        Map<String, Object> wanted = new LinkedHashMap<>();
        wanted.put("switch", place.switchName());
        putWhereThere(wanted, "port", place.port());
        if (drops) {
            wanted.put("drops", "also");
        }
        putWhereThere(wanted, "snap_bytes", snapBytes);
        putWhereThere(wanted, "frames", frames);
        putWhereThere(wanted, "seconds", seconds);
        putWhereThere(wanted, "filter", filter.json(client));
        // Refused requests must leave a file of that name as it is: it is opened when the stream has begun.
        try (ApiStream stream =
                client.stream(ApiRequest.post(ApiPath.of("captures")).withJson(wanted))) {
            write(stream.body());
        }
    }

    private void requireInRange(String option, @Nullable Integer value, int max) {
        if (value != null) {
            OptionRange.require(commandLine(), option, value, 1, max);
        }
    }

    private static void putWhereThere(Map<String, Object> wanted, String name, @Nullable Object value) {
        if (value != null) {
            wanted.put(name, value);
        }
    }

    private void write(InputStream blocks) {
        try {
            if (file.equals(STANDARD_OUTPUT)) {
                copyToReader(blocks, StandardOutput.ofProcess());
                return;
            }
            try (OutputStream out = Files.newOutputStream(Path.of(file))) {
                say(copy(blocks, out) + " frames written to " + file);
            }
        } catch (NoSuchFileException e) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND, "no folder for " + file, "name a file in a folder that exists", e);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "cannot write " + file + ": " + FileTrouble.of(e),
                    "name a file in a folder that exists, with room",
                    e);
        }
    }

    /** Until the reader goes: whoever closes Wireshark wants no more frames. */
    private static void copyToReader(InputStream blocks, StandardOutput out) throws IOException {
        try {
            copy(blocks, out);
        } catch (IOException e) {
            if (!out.isLeftByReader()) {
                throw e;
            }
        }
    }

    /**
     * Copies a stream of pcapng block by block, each with one write, so that what is there when the command is interrupted
     * can be read.
     *
     * @return how many of the blocks are frames
     */
    private static long copy(InputStream blocks, OutputStream out) throws IOException {
        PcapngBlocks reader = new PcapngBlocks(blocks);
        long count = 0;
        for (byte[] block = reader.next(); block != null; block = reader.next()) {
            out.write(block);
            out.flush();
            count += PcapngBlocks.isFrame(block) ? 1 : 0;
        }
        return count;
    }

    /** Blocks of pcapng in little-endian order, as the daemon writes it (draft-ietf-opsawg-pcapng, section 3.1). */
    static final class PcapngBlocks {
        private static final int HEAD_BYTES = 8;
        private static final int MIN_BYTES = 12;
        private static final int MAX_BYTES = 1 << 20;
        private static final int ENHANCED_PACKET = 6;

        private final InputStream in;

        PcapngBlocks(InputStream in) {
            this.in = in;
        }

        /** The next block; null at the end of the stream. */
        byte @Nullable [] next() throws IOException {
            byte[] head = in.readNBytes(HEAD_BYTES);
            if (head.length == 0) {
                return null;
            }
            long length = head.length < HEAD_BYTES ? 0 : word(head, 4);
            if (length < MIN_BYTES || length > MAX_BYTES || length % 4 != 0) {
                throw new EOFException("what the daemon sends is no pcapng, or was cut");
            }
            byte[] block = new byte[(int) length];
            System.arraycopy(head, 0, block, 0, HEAD_BYTES);
            if (in.readNBytes(block, HEAD_BYTES, block.length - HEAD_BYTES) < block.length - HEAD_BYTES) {
                throw new EOFException("the daemon's stream was cut");
            }
            return block;
        }

        static boolean isFrame(byte[] block) {
            return word(block, 0) == ENHANCED_PACKET;
        }

        private static long word(byte[] bytes, int at) {
            return (bytes[at] & 0xffL)
                    | (bytes[at + 1] & 0xffL) << 8
                    | (bytes[at + 2] & 0xffL) << 16
                    | (bytes[at + 3] & 0xffL) << 24;
        }
    }
}
