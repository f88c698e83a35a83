// SPDX-License-Identifier: Apache-2.0

/** Ports to the outside of the process, and the readiness that wakes their workers. */
module weir.ports {
    requires static transitive org.jspecify;
    requires transitive weir.core;
    requires io.netty.common;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;

    exports weir.ports;
    exports weir.ports.capture;
    exports weir.ports.discard;
    exports weir.ports.linux;
    exports weir.ports.packet;
    exports weir.ports.pcap;
    exports weir.ports.readiness;
    exports weir.ports.shm;
    exports weir.ports.shm.client;
    exports weir.ports.tap;
    exports weir.ports.unix;
    exports weir.ports.xdp;
}
