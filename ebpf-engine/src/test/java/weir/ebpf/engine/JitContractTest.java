// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.engine;

import weir.ebpf.Engine;

/** Compiled with all checks, as loaded. */
class JitContractTest extends EngineContractTest {
    @Override
    Engine engine() {
        return Engine.jit();
    }
}
