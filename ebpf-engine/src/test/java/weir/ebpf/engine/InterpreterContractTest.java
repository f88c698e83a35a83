// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.engine;

import weir.ebpf.EbpfProgram;
import weir.ebpf.Host;
import weir.ebpf.LoadedObject;

class InterpreterContractTest extends EngineContractTest {
    @Override
    EbpfProgram program(LoadedObject object, Host host, String name) {
        return object.program(name).orElseThrow();
    }
}
