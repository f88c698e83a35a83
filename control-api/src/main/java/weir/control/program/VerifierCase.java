// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.control.program.ReplayException.Kind;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.ObjectFile;
import weir.ebpf.isa.MalformedCodeException;
import weir.ebpf.map.MapSpec;
import weir.ebpf.verifier.Verification;
import weir.ebpf.verifier.Verifier;
import weir.ebpf.verifier.VerifierOptions;

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
        List<CaseMap> maps,
        List<EntryText> entries,
        @Nullable RunText run) {
    private static final String XDP = "xdp";
    private static final String UNUSABLE = "unusable";

    /** The verdict that a case should get. */
    enum Expected {
        ACCEPT,
        REJECT,
        EITHER
    }

    /** A map and the index that the file gives it. */
    record CaseMap(int index, MapText definition) {}

    /** An entry of a map, hexadecimal; the value in a map of maps is the index of a map, 4 bytes. */
    record EntryText(int map, String key, String value) {}

    /** What a run should give, frames hexadecimal; null for what is not said. */
    record RunText(
            String packet, @Nullable Long retval, @Nullable String packetOut) {}

    /** Verifies the program and runs it under the engines where that is safe and asked for. */
    CasesReport.Result result(List<Engine> engines) {
        try {
            return verified(engines);
        } catch (ReplayException | LoadException e) {
            return new CasesReport.Result(
                    name, expectedText(), UNUSABLE, false, "", null, String.valueOf(e.getMessage()));
        }
    }

    private CasesReport.Result verified(List<Engine> engines) throws ReplayException, LoadException {
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
            case Verification.Accepted _ -> accepted(object, engines);
        };
    }

    private List<MapSpec> specs() throws ReplayException {
        List<MapText> definitions = new ArrayList<>();
        for (CaseMap map : maps) {
            if (map.index() != definitions.size()) {
                throw unusable("maps are not in the order of their indices, from 0");
            }
            definitions.add(map.definition());
        }
        return MapText.specs(definitions);
    }

    private CasesReport.Result rejected(String why) {
        boolean agrees = expected != Expected.ACCEPT;
        return new CasesReport.Result(name, expectedText(), "reject", agrees, why, null, agrees ? "" : why);
    }

    private CasesReport.Result accepted(ObjectFile object, List<Engine> engines) throws ReplayException, LoadException {
        if (expected == Expected.REJECT) {
            return new CasesReport.Result(
                    name, expectedText(), "accept", false, "", null, "accepted, but should be rejected");
        }
        if (run == null) {
            return new CasesReport.Result(name, expectedText(), "accept", true, "", null, "");
        }
        CaseRun.Outcome outcome = new CaseRun(object, entries, run).under(engines);
        return new CasesReport.Result(
                name,
                expectedText(),
                "accept",
                outcome.difference().isEmpty(),
                "",
                outcome.run(),
                outcome.difference());
    }

    private String expectedText() {
        return switch (expected) {
            case ACCEPT -> "accept";
            case REJECT -> "reject";
            case EITHER -> "either";
        };
    }

    static ReplayException unusable(String cause) {
        return new ReplayException(Kind.CONTENT, cause, "docs/verifier.md has the format of cases");
    }
}
