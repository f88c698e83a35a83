// SPDX-License-Identifier: Apache-2.0

/** eBPF for the JVM: loader, verifier, interpreter and compiler. Knows no frames and no operating system. */
module weir.ebpf {
    requires static transitive org.jspecify;

    exports weir.ebpf;
    exports weir.ebpf.btf;
    exports weir.ebpf.classic;
    exports weir.ebpf.isa;
    exports weir.ebpf.map;
    exports weir.ebpf.program;
    exports weir.ebpf.trace;
    exports weir.ebpf.verifier;
    exports weir.ebpf.xdp;
}
