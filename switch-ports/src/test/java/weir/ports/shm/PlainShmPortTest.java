// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

class PlainShmPortTest extends ShmPortContractTest {
    PlainShmPortTest() {
        super("");
    }
}
