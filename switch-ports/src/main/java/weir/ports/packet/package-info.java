/**
 * Packet ports: existing Linux network interfaces, such as one end of a veth pair or a network card.
 */
@NullMarked
package weir.ports.packet;

import org.jspecify.annotations.NullMarked;
