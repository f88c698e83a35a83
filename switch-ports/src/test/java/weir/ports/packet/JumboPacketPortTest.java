// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

/** Long frames do not fit the ring's slots and come through the socket. */
class JumboPacketPortTest extends PacketPortContractTest {
    JumboPacketPortTest() {
        super("9000", "");
    }
}
