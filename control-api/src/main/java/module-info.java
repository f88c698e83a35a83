// SPDX-License-Identifier: Apache-2.0

/** Commands, daemon, configuration, metrics and benchmarks; holds the only {@code main}. */
module weir.control {
    requires static ch.qos.logback.classic; // who embeds Weir logs by what he likes
    requires static ch.qos.logback.core;
    requires static org.jspecify;
    requires HdrHistogram;
    requires info.picocli;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.transport;
    requires io.netty.transport.unix.common;
    requires io.prometheus.metrics.model;
    requires io.vertx.core;
    requires io.vertx.web;
    requires java.management;
    requires micrometer.core;
    requires micrometer.registry.prometheus;
    requires org.jline.terminal;
    requires org.slf4j;
    requires org.snakeyaml.engine;
    requires tools.jackson.core;
    requires tools.jackson.databind;
    requires tools.jackson.dataformat.yaml;
    requires weir.core;
    requires weir.ebpf;
    requires weir.ports;

    opens weir.control.bench to
            tools.jackson.databind;
    opens weir.control.bench.container to
            tools.jackson.databind;
    opens weir.control.bench.rfc to
            tools.jackson.databind;
    opens weir.control.cli to
            info.picocli;
    opens weir.control.demo to
            tools.jackson.databind;
    opens weir.control.doctor to
            tools.jackson.databind;
    opens weir.control.gen to
            tools.jackson.databind;
    opens weir.control.lab to
            tools.jackson.databind;
    opens weir.control.machine to
            tools.jackson.databind;
    opens weir.control.program to
            tools.jackson.databind;
    opens weir.control.report to
            tools.jackson.databind;

    provides ch.qos.logback.classic.spi.Configurator with
            weir.control.logging.StandardErrorLogging;
}
