// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.engine;

import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadedObject;

class InterpreterContractTest extends EngineContractTest {
    @Override
    EbpfProgram program(LoadedObject object, String name) {
        return object.program(name).orElseThrow();
    }
}
