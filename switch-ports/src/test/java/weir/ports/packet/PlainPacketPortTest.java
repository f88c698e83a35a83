// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

class PlainPacketPortTest extends PacketPortContractTest {
    PlainPacketPortTest() {
        super("1500", "&vnet=off");
    }
}
