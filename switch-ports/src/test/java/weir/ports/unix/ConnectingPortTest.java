// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

/** The port contract for a port that goes to its peer. */
class ConnectingPortTest extends StreamPortContractTest {
    ConnectingPortTest() {
        super(true, "");
    }
}
