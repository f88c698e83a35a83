// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

/** Many frames with one system call. */
class UringTapPortTest extends TapPortContractTest {
    UringTapPortTest() {
        super("&vnet=off&engine=io_uring");
    }
}
