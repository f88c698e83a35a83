// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.program.SourceLine;
import weir.ebpf.verifier.cases.VerifierCase;

/** Common mistakes in C: refused at the line and for the cause that the kernel names; their mended twins are not. */
class VerifierMistakesTest {
    /** What the index calls a cause, and the rules that it may be told as. */
    private static final Map<String, Set<ViolationKind>> CAUSES = Map.ofEntries(
            Map.entry("packet-bounds", Set.of(ViolationKind.PACKET_BOUNDS)),
            Map.entry("stale-pointer", Set.of(ViolationKind.STALE_PACKET)),
            Map.entry("null", Set.of(ViolationKind.NULL_POINTER)),
            Map.entry("value-bounds", Set.of(ViolationKind.VALUE_BOUNDS, ViolationKind.UNBOUNDED_OFFSET)),
            Map.entry("stack-bounds", Set.of(ViolationKind.STACK_BOUNDS)),
            Map.entry("stack-size", Set.of(ViolationKind.STACK_DEPTH)),
            Map.entry("uninitialised", Set.of(ViolationKind.STACK_UNDEFINED)),
            Map.entry("pointer-arithmetic", Set.of(ViolationKind.POINTER_ARITHMETIC, ViolationKind.UNBOUNDED_OFFSET)),
            Map.entry("pointer-leak", Set.of(ViolationKind.POINTER_LEAK)),
            Map.entry("read-only", Set.of(ViolationKind.READ_ONLY)),
            Map.entry("reference", Set.of(ViolationKind.REFERENCE_LEAK, ViolationKind.RELEASED)),
            Map.entry("lock", Set.of(ViolationKind.LOCK)),
            Map.entry("loop", Set.of(ViolationKind.INFINITE_LOOP, ViolationKind.TOO_COMPLEX)),
            Map.entry("context", Set.of(ViolationKind.CONTEXT)),
            Map.entry("helper-argument", Set.of(ViolationKind.HELPER_ARGUMENT, ViolationKind.MAP_TYPE)),
            Map.entry("helper-size", Set.of(ViolationKind.HELPER_SIZE, ViolationKind.STACK_BOUNDS)));

    /**
     * Lines where this verifier stops earlier or later: it does not let a stale pointer be compared, and
     * counts the instructions of a loop from another state.
     */
    private static final Set<String> OTHER_LINES = Set.of("packet-stale-pointer", "loop-unbounded");

    static List<VerifierCase> mistakes() {
        return VerifierCase.all();
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void isRefusedAtItsLine(VerifierCase mistake) throws ObjectFileException {
        Violation violation = assertInstanceOf(Verification.Rejected.class, verify(mistake.rejected()))
                .violations()
                .getFirst();

        assertTrue(
                CAUSES.get(mistake.cause()).contains(violation.kind()), () -> violation + " is no " + mistake.cause());
        if (mistake.line() > 0 && !OTHER_LINES.contains(mistake.name())) {
            SourceLine line = violation.line();
            assertNotNull(line, violation.text());
            assertEquals(mistake.line(), line.line(), violation.text());
        }
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void isAcceptedWhenMended(VerifierCase mistake) throws ObjectFileException {
        assertInstanceOf(Verification.Accepted.class, verify(mistake.accepted()));
    }

    private static Verification verify(byte[] bytes) throws ObjectFileException {
        ObjectFile object = ObjectFile.parse(bytes);
        return Verifier.verify(
                object.programs().getFirst(), object.maps(), HelperTable.xdp(), VerifierOptions.standard());
    }
}
