// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.kernel.KernelObject;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.testing.TestObjects;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Global functions as clang compiles them, with their types: the name of each program begins with its verdict. */
class GlobalFunctionsTest {
    private static final String ACCEPT = "accept_";
    private static final String REJECT = "reject_";
    private static final String STRICT = "strict_";

    record Program(String object, String name) {
        byte[] bytes() {
            return TestObjects.bytes("globals/" + object);
        }

        @Override
        public String toString() {
            return object + ": " + name;
        }
    }

    static Stream<Program> programs() throws ObjectFileException {
        List<Program> programs = new ArrayList<>();
        for (String object : TestObjects.names("globals")) {
            for (ProgramSpec spec :
                    ObjectFile.parse(TestObjects.bytes("globals/" + object)).programs()) {
                programs.add(new Program(object, spec.name()));
            }
        }
        return programs.stream();
    }

    @ParameterizedTest
    @MethodSource("programs")
    void getsTheVerdictOfItsName(Program each) throws ObjectFileException {
        ObjectFile object = ObjectFile.parse(each.bytes());
        Verification verification =
                Verifier.verify(object.program(each.name()).orElseThrow(), object.maps(), VerifierOptions.standard());

        switch (verification) {
            case Verification.Accepted _ -> assertTrue(each.name().startsWith(ACCEPT), each::toString);
            case Verification.Rejected rejected ->
                assertTrue(
                        each.name().startsWith(REJECT) || each.name().startsWith(STRICT),
                        () -> each + ": " + rejected.violations().getFirst().text());
        }
    }

    @ParameterizedTest
    @MethodSource("programs")
    @RequiresFeature(Feature.BPF_PROGRAMS)
    void getsTheKernelsVerdictButWhereThatIsLessStrict(Program each) throws ObjectFileException {
        boolean isAccepted = true;
        String log = each.toString();
        try {
            KernelObject.load(each.bytes(), each.name()::equals).close();
        } catch (KernelProgram.Rejected e) {
            isAccepted = false;
            log = each + ": " + e.getMessage();
        }
        assertEquals(!each.name().startsWith(REJECT), isAccepted, log);
    }
}
