// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.control.program.VerifierCase.EntryText;
import weir.control.program.VerifierCase.RunText;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.ObjectFile;
import weir.ebpf.TestRun;
import weir.ebpf.btf.Btf;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapOfMaps;
import weir.ebpf.xdp.XdpContext;

/** Runs the program of a case under one engine after the other, each time freshly loaded. */
final class CaseRun {
    private static final HexFormat HEX = HexFormat.of();
    /** Of each map, compared between engines. */
    private static final int MAX_ENTRIES = 4096;

    private final ObjectFile object;
    private final List<EntryText> entries;
    private final RunText wanted;
    private final byte[] packet;

    /** @throws ReplayException when no program can run on the frame */
    CaseRun(ObjectFile object, List<EntryText> entries, RunText wanted) throws ReplayException {
        this.object = object;
        this.entries = entries;
        this.wanted = wanted;
        packet = bytes(wanted.packet(), "packet");
        if (packet.length < XdpContext.MIN_FRAME_BYTES || packet.length > TestRun.MAX_DATA_BYTES) {
            throw VerifierCase.unusable("packet has " + packet.length + " bytes; needed are "
                    + XdpContext.MIN_FRAME_BYTES + " to " + TestRun.MAX_DATA_BYTES);
        }
    }

    /**
     * What the runs gave.
     *
     * @param run of the first engine, with all engines that did the same
     * @param difference to the case, or of an engine to the first; empty without
     */
    record Outcome(CasesReport.Run run, String difference) {}

    /** What a run leaves behind. */
    private record After(String engine, String fault, long retval, String frame, Map<String, Object> maps) {}

    /**
     * Runs under each of the engines, up to the first that does not what it should: those behind it may check
     * less.
     *
     * @throws LoadException when an engine lacks what the program needs
     */
    Outcome under(List<Engine> engines) throws ReplayException, LoadException {
        After first = null;
        String difference = "";
        List<String> agreeing = new ArrayList<>();
        for (Engine engine : engines) {
            After after = run(engine);
            if (after == null) {
                continue;
            }
            difference = first == null ? fromCase(after) : between(first, after);
            first = first == null ? after : first;
            if (difference.isEmpty() || agreeing.isEmpty()) {
                agreeing.add(after.engine());
            }
            if (!difference.isEmpty()) {
                break;
            }
        }
        if (first == null) {
            throw VerifierCase.unusable("no engine that was chosen can compile it");
        }
        return new Outcome(new CasesReport.Run(first.retval(), first.frame(), agreeing), difference);
    }

    /** Null where the program is not compiled, and another engine would run it instead. */
    private @Nullable After run(Engine engine) throws ReplayException, LoadException {
        try (LoadedObject loaded = LoadedObject.load(
                object, LoadOptions.on(new DeterministicHost(1)).under(engine))) {
            if (!loaded.warnings().isEmpty()) {
                return null;
            }
            for (EntryText entry : entries) {
                put(loaded, entry);
            }
            EbpfProgram program = loaded.programs().values().iterator().next();
            TestRun.Result result = TestRun.of(packet).run(program);
            return new After(
                    EngineText.of(engine),
                    result.fault() == null ? "" : result.fault().toString(),
                    Integer.toUnsignedLong(result.action()),
                    HEX.formatHex(result.data().toArray()),
                    contents(loaded));
        }
    }

    private static Map<String, Object> contents(LoadedObject loaded) {
        MapReader reader = new MapReader(Btf.EMPTY, MAX_ENTRIES);
        Map<String, Object> contents = new LinkedHashMap<>();
        loaded.maps().forEach((name, map) -> {
            // What stands for an inner map is another number each time.
            if (!map.spec().type().isMapInMap()) {
                contents.put(name, Set.copyOf(reader.read(map).entries()));
            }
        });
        return contents;
    }

    private static void put(LoadedObject loaded, EntryText entry) throws ReplayException {
        EbpfMap map = loaded.map(MapText.name(entry.map()))
                .orElseThrow(() -> VerifierCase.unusable("no map " + entry.map() + " for its init"));
        byte[] key = bytes(entry.key(), "key");
        byte[] value = bytes(entry.value(), "value");
        if (key.length != map.spec().keyBytes() || value.length != map.control().valueBytes()) {
            throw VerifierCase.unusable("init of map " + entry.map() + " has " + key.length + " and " + value.length
                    + " bytes; needed are " + map.spec().keyBytes() + " and "
                    + map.control().valueBytes());
        }
        int error = map instanceof MapOfMaps outer
                ? outer.put(key, inner(loaded, entry, value), MapFlags.ANY)
                : map.control().update(key, value, MapFlags.ANY);
        if (error != 0) {
            throw VerifierCase.unusable("map " + entry.map() + " does not take its init: errno " + -error);
        }
    }

    private static EbpfMap inner(LoadedObject loaded, EntryText entry, byte[] value) throws ReplayException {
        int index = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getInt();
        return loaded.map(MapText.name(index))
                .orElseThrow(() -> VerifierCase.unusable(
                        "no map " + Integer.toUnsignedString(index) + ", which init of map " + entry.map() + " names"));
    }

    private static byte[] bytes(String hex, String what) throws ReplayException {
        try {
            return HEX.parseHex(hex);
        } catch (IllegalArgumentException e) {
            throw VerifierCase.unusable(what + " is not hexadecimal: " + e.getMessage());
        }
    }

    private String fromCase(After after) {
        if (!after.fault().isEmpty()) {
            return "the run ended in a fault: " + after.fault();
        }
        List<String> differences = new ArrayList<>();
        Long retval = wanted.retval();
        if (retval != null && after.retval() != retval) {
            differences.add("retval is " + after.retval() + ", expected " + retval);
        }
        String frame = wanted.packetOut();
        if (frame != null && !frame.equalsIgnoreCase(after.frame())) {
            differences.add("packet_out " + difference(after.frame(), frame, "expected"));
        }
        return String.join("; ", differences);
    }

    private static String between(After first, After after) {
        List<String> differences = new ArrayList<>();
        if (!first.fault().equals(after.fault())) {
            differences.add("a fault: " + after.fault());
        }
        if (first.retval() != after.retval()) {
            differences.add("retval " + after.retval() + ", not " + first.retval());
        }
        if (!first.frame().equals(after.frame())) {
            differences.add("a frame that " + difference(after.frame(), first.frame(), "not"));
        }
        first.maps().forEach((name, contents) -> {
            if (!contents.equals(after.maps().get(name))) {
                differences.add("other entries in " + name);
            }
        });
        return differences.isEmpty()
                ? ""
                : after.engine() + " does not what " + first.engine() + " does: " + String.join("; ", differences);
    }

    /** Both are hexadecimal, and differ. */
    private static String difference(String hex, String wantedHex, String not) {
        if (hex.length() != wantedHex.length()) {
            return "has " + hex.length() / 2 + " bytes, " + not + ' ' + wantedHex.length() / 2;
        }
        int at = 0;
        while (hex.regionMatches(true, 2 * at, wantedHex, 2 * at, 2)) {
            at++;
        }
        return "differs from byte " + at + ": " + hex.substring(2 * at, 2 * at + 2) + ", " + not + ' '
                + wantedHex.substring(2 * at, 2 * at + 2);
    }
}
