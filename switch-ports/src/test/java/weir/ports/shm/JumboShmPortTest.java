// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

class JumboShmPortTest extends ShmPortContractTest {
    JumboShmPortTest() {
        super("&mtu=9000");
    }
}
