// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

/** The port contract for a port that listens. */
class ListeningPortTest extends StreamPortContractTest {
    ListeningPortTest() {
        super(false, "");
    }
}
