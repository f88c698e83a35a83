// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.engine;

import weir.ebpf.Engine;

class InterpreterContractTest extends EngineContractTest {
    @Override
    Engine engine() {
        return Engine.interpreter();
    }
}
