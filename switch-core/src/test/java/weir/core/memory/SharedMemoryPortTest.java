// SPDX-License-Identifier: Apache-2.0
package weir.core.memory;

class SharedMemoryPortTest extends MemoryPortContractTest {
    SharedMemoryPortTest() {
        super(false);
    }
}
