// SPDX-License-Identifier: Apache-2.0
package weir.core.memory;

class IsolatedMemoryPortTest extends MemoryPortContractTest {
    IsolatedMemoryPortTest() {
        super(true);
    }
}
