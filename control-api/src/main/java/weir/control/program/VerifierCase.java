// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weir.control.program.ReplayException.Kind;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.ObjectFile;
import weir.ebpf.TestRun;
import weir.ebpf.isa.MalformedCodeException;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.Fault;
import weir.ebpf.verifier.Verification;
import weir.ebpf.verifier.Verifier;
import weir.ebpf.verifier.VerifierOptions;
import weir.ebpf.xdp.XdpContext;

/**
 * A program with the verdict that it should get, and for a safe one what a run should give.
 *
 * @param maps by index
 * @param entries that maps hold before the run
 * @param run null for none
 */
record VerifierCase(
        String name,
        String programType,
        Expected expected,
        String code,
        List<MapText> maps,
        List<EntryText> entries,
        @Nullable RunText run) {
    private static final HexFormat HEX = HexFormat.of();
    private static final String XDP = "xdp";
    private static final String UNUSABLE = "unusable";

    /** The verdict that a case should get. */
    enum Expected {
        ACCEPT,
        REJECT,
        EITHER
    }

    /** A map's definition, not checked yet. */
    record MapText(int index, String type, long keyBytes, long valueBytes, long maxEntries, long flags) {}

    /** An entry of a map, hexadecimal. */
    record EntryText(int map, String key, String value) {}

    /** What a run should give, frames hexadecimal; null for what is not said. */
    record RunText(
            String packet, @Nullable Long retval, @Nullable String packetOut) {}

    /** Verifies the program and runs it where that is safe and asked for. */
    CasesReport.Result result() {
        try {
            return verified();
        } catch (ReplayException | LoadException e) {
            return new CasesReport.Result(
                    name, expectedText(), UNUSABLE, false, "", null, String.valueOf(e.getMessage()));
        }
    }

    private CasesReport.Result verified() throws ReplayException, LoadException {
        if (!programType.equals(XDP)) {
            throw unusable("prog_type is " + programType + "; programs are for xdp here");
        }
        ObjectFile object;
        try {
            object = RawProgram.of(code, specs());
        } catch (MalformedCodeException e) {
            return rejected("malformed: " + e.getMessage());
        }
        Verification verification =
                Verifier.verify(object.programs().getFirst(), object.maps(), VerifierOptions.standard());
        return switch (verification) {
            case Verification.Rejected why ->
                rejected(why.violations().getFirst().text());
            case Verification.Accepted _ -> accepted(object);
        };
    }

    private List<MapSpec> specs() throws ReplayException {
        List<MapSpec> specs = new ArrayList<>();
        for (MapText map : maps) {
            if (map.index() != specs.size()) {
                throw unusable("maps are not in the order of their indices, from 0");
            }
            specs.add(RawProgram.map(
                    map.index(), map.type(), map.keyBytes(), map.valueBytes(), map.maxEntries(), map.flags()));
        }
        return specs;
    }

    private CasesReport.Result rejected(String why) {
        boolean agrees = expected != Expected.ACCEPT;
        return new CasesReport.Result(name, expectedText(), "reject", agrees, why, null, agrees ? "" : why);
    }

    private CasesReport.Result accepted(ObjectFile object) throws ReplayException, LoadException {
        if (expected == Expected.REJECT) {
            return new CasesReport.Result(
                    name, expectedText(), "accept", false, "", null, "accepted, but should be rejected");
        }
        if (run == null) {
            return new CasesReport.Result(name, expectedText(), "accept", true, "", null, "");
        }
        TestRun.Result result = runOn(object, run);
        String difference = difference(result, run);
        CasesReport.Run outcome = new CasesReport.Run(
                Integer.toUnsignedLong(result.action()),
                HEX.formatHex(result.data().toArray()));
        return new CasesReport.Result(name, expectedText(), "accept", difference.isEmpty(), "", outcome, difference);
    }

    private TestRun.Result runOn(ObjectFile object, RunText what) throws ReplayException, LoadException {
        byte[] packet = bytes(what.packet(), "packet");
        if (packet.length < XdpContext.MIN_FRAME_BYTES || packet.length > TestRun.MAX_DATA_BYTES) {
            throw unusable("packet has " + packet.length + " bytes; needed are " + XdpContext.MIN_FRAME_BYTES + " to "
                    + TestRun.MAX_DATA_BYTES);
        }
        try (LoadedObject loaded = LoadedObject.load(object, LoadOptions.on(new DeterministicHost(1)))) {
            for (EntryText entry : entries) {
                put(loaded, entry);
            }
            EbpfProgram program = loaded.programs().values().iterator().next();
            return TestRun.of(packet).run(program);
        }
    }

    private void put(LoadedObject loaded, EntryText entry) throws ReplayException {
        var map = loaded.map(RawProgram.mapName(entry.map()))
                .orElseThrow(() -> unusable("no map " + entry.map() + " for its init"));
        byte[] key = bytes(entry.key(), "key");
        byte[] value = bytes(entry.value(), "value");
        if (key.length != map.spec().keyBytes() || value.length != map.control().valueBytes()) {
            throw unusable("init of map " + entry.map() + " has " + key.length + " and " + value.length
                    + " bytes; needed are " + map.spec().keyBytes() + " and "
                    + map.control().valueBytes());
        }
        int error = map.control().update(key, value, MapFlags.ANY);
        if (error != 0) {
            throw unusable("map " + entry.map() + " does not take its init: errno " + -error);
        }
    }

    private static byte[] bytes(String hex, String what) throws ReplayException {
        try {
            return HEX.parseHex(hex);
        } catch (IllegalArgumentException e) {
            throw unusable(what + " is not hexadecimal: " + e.getMessage());
        }
    }

    private static String difference(TestRun.Result result, RunText wanted) {
        Fault fault = result.fault();
        if (fault != null) {
            return "the run ended in a fault: " + fault;
        }
        List<String> differences = new ArrayList<>();
        long retval = Integer.toUnsignedLong(result.action());
        if (wanted.retval() != null && retval != wanted.retval()) {
            differences.add("retval is " + retval + ", expected " + wanted.retval());
        }
        if (wanted.packetOut() != null) {
            String difference = difference(result.data(), Objects.requireNonNull(wanted.packetOut()));
            if (!difference.isEmpty()) {
                differences.add(difference);
            }
        }
        return String.join("; ", differences);
    }

    private static String difference(Bytes frame, String wantedHex) {
        String hex = HEX.formatHex(frame.toArray());
        if (hex.equalsIgnoreCase(wantedHex)) {
            return "";
        }
        if (hex.length() != wantedHex.length()) {
            return "packet_out has " + frame.length() + " bytes, expected " + wantedHex.length() / 2;
        }
        int at = 0;
        while (hex.regionMatches(true, 2 * at, wantedHex, 2 * at, 2)) {
            at++;
        }
        return "packet_out differs from byte " + at + ": " + hex.substring(2 * at, 2 * at + 2) + ", expected "
                + wantedHex.substring(2 * at, 2 * at + 2);
    }

    private String expectedText() {
        return switch (expected) {
            case ACCEPT -> "accept";
            case REJECT -> "reject";
            case EITHER -> "either";
        };
    }

    private static ReplayException unusable(String cause) {
        return new ReplayException(Kind.CONTENT, cause, "docs/verifier.md has the format of cases");
    }
}
