// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

/** As it is by default. */
class OffloadPacketPortTest extends PacketPortContractTest {
    OffloadPacketPortTest() {
        super("1500", "");
    }
}
