// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.engine;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import weir.ebpf.EbpfProgram;
import weir.ebpf.Host;
import weir.ebpf.LoadedObject;
import weir.ebpf.jit.JitPrograms;

/** Compiled with all checks, and without any fact. */
class JitContractTest extends EngineContractTest {
    private final List<JitPrograms> compiled = new ArrayList<>();

    @Override
    EbpfProgram program(LoadedObject object, Host host, String name) {
        JitPrograms programs = JitPrograms.of(object, host, true, JitPrograms::noFacts);
        compiled.add(programs);
        return programs.program(name);
    }

    @AfterEach
    void close() {
        compiled.forEach(JitPrograms::close);
    }
}
