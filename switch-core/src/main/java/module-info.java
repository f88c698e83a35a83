// SPDX-License-Identifier: Apache-2.0

/** The switch: frame pool, rings, forwarding database, pipeline, workers, counters, in-process ports. */
module weir.core {
    requires static transitive org.jspecify;
    requires transitive weir.ebpf;

    exports weir.core;
    exports weir.core.capture;
    exports weir.core.counter;
    exports weir.core.fdb;
    exports weir.core.frame;
    exports weir.core.link;
    exports weir.core.loop;
    exports weir.core.memory;
    exports weir.core.offload;
    exports weir.core.port;
    exports weir.core.program;
    exports weir.core.rate;
    exports weir.core.ring;
    exports weir.core.trace;
    exports weir.core.worker;
}
