// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.interpreter;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.ebpf.helper.HelperCalls;
import weir.ebpf.memory.MemoryAccess;
import weir.ebpf.run.RunState;

/** HotSpot never compiles a method of more than 8000 bytes of bytecode, and says nothing about it. */
class MethodSizeTest {
    private static final int LIMIT_BYTES = 8000;

    @ParameterizedTest
    @ValueSource(classes = {Machine.class, Callbacks.class, MemoryAccess.class, HelperCalls.class, RunState.class})
    void hasOnlyMethodsThatHotSpotCompiles(Class<?> type) throws IOException {
        try (InputStream stream =
                Objects.requireNonNull(type.getResourceAsStream(type.getSimpleName() + ".class"), type::toString)) {
            ClassModel model = ClassFile.of().parse(stream.readAllBytes());
            for (MethodModel method : model.methods()) {
                int bytes = method.findAttribute(Attributes.code())
                        .map(code -> code.codeLength())
                        .orElse(0);
                assertTrue(bytes < LIMIT_BYTES, method.methodName() + " has " + bytes + " bytes");
            }
        }
    }
}
