// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.testing.TestObjects;

/** The example programs but the one that is there to be refused, and idioms that are hard to verify, pass; the kernel takes them all. */
class ExampleVerdictsTest {
    static Stream<String> examples() {
        return TestObjects.exampleNames().stream().filter(name -> !name.equals("no_bounds_check"));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void acceptsExample(String name) throws ObjectFileException {
        accepts(TestObjects.exampleBytes(name));
    }

    static Stream<String> valeExamples() {
        return TestObjects.valeExampleNames().stream().filter(name -> !name.equals("unchecked_lookup"));
    }

    @ParameterizedTest
    @MethodSource("valeExamples")
    void acceptsExampleForVale(String name) throws ObjectFileException {
        accepts(TestObjects.valeExampleBytes(name));
    }

    /** VALE-BPF's own bridge does the same; nothing there looks at programs. */
    @Test
    void refusesToUseALookupsResultUnasked() throws ObjectFileException {
        ObjectFile object = ObjectFile.parse(TestObjects.valeExampleBytes("unchecked_lookup"));
        Verification verification =
                Verifier.verify(object.programs().getFirst(), object.maps(), VerifierOptions.standard());
        Violation violation = assertInstanceOf(Verification.Rejected.class, verification)
                .violations()
                .getFirst();
        assertEquals(ViolationKind.NULL_POINTER, violation.kind());
        assertEquals(
                "    return known->address == address ? known->port : VALE_BPF_BROADCAST;",
                violation.line().text());
    }

    static Stream<String> idioms() {
        return TestObjects.names("idioms").stream();
    }

    @ParameterizedTest
    @MethodSource("idioms")
    void acceptsIdiom(String name) throws ObjectFileException {
        accepts(TestObjects.bytes("idioms/" + name));
    }

    private static void accepts(byte[] bytes) throws ObjectFileException {
        ObjectFile object = ObjectFile.parse(bytes);
        for (ProgramSpec program : object.programs()) {
            Verification verification = Verifier.verify(program, object.maps(), VerifierOptions.standard());
            assertInstanceOf(Verification.Accepted.class, verification, () -> program.name() + ": " + verification);
        }
    }
}
