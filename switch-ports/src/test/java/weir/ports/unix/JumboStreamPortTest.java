// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

/** The port contract for frames in large slots. */
class JumboStreamPortTest extends StreamPortContractTest {
    JumboStreamPortTest() {
        super(false, "&mtu=9000");
    }
}
