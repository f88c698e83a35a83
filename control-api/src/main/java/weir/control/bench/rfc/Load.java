// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import java.util.ArrayList;
import java.util.List;
import weir.control.tester.Addresses;
import weir.control.tester.Stations;
import weir.control.tester.Stream;

/**
 * Which ports send to whom, at a rate that is filled in. Each sending port has the same rate.
 *
 * @param frameBytes length without FCS
 * @param streams one for each sending port, all with the same steps
 */
record Load(int frameBytes, List<Stream> streams) {
    private static final Stream.Step NONE = Stream.Step.fullSpeed(0);

    Load {
        streams = List.copyOf(streams);
    }

    /** From the first port to the second, and back if asked for: RFC 2544, 14. */
    static Load pair(int frameBytes, int stations, int flows, boolean bidirectional, int broadcastPercent) {
        List<Stream> streams = new ArrayList<>();
        for (int port = 0; port < (bidirectional ? 2 : 1); port++) {
            Addresses others = Stations.of(1 - port, 0, stations);
            streams.add(new Stream(
                    port,
                    frameBytes,
                    Stations.of(port, 0, stations),
                    Stations.withBroadcasts(others, broadcastPercent),
                    flows,
                    NONE));
        }
        return new Load(frameBytes, streams);
    }

    /** Every port to every other one: RFC 2889, 5.1. */
    static Load mesh(int frameBytes, int ports, int stations, int flows) {
        List<Stream> streams = new ArrayList<>();
        for (int port = 0; port < ports; port++) {
            streams.add(toOthers(port, frameBytes, ports, stations, flows));
        }
        return new Load(frameBytes, streams);
    }

    /** The first port to all others: RFC 2889, 5.2. */
    static Load oneToMany(int frameBytes, int ports, int stations, int flows) {
        return new Load(frameBytes, List.of(toOthers(0, frameBytes, ports, stations, flows)));
    }

    /** All others to the first port: RFC 2889, 5.2. */
    static Load manyToOne(int frameBytes, int ports, int stations, int flows) {
        List<Stream> streams = new ArrayList<>();
        for (int port = 1; port < ports; port++) {
            streams.add(toPort(port, 0, frameBytes, stations, flows));
        }
        return new Load(frameBytes, streams);
    }

    /** The first port to everybody: RFC 2889, 5.10. */
    static Load broadcast(int frameBytes, int flows) {
        return new Load(
                frameBytes,
                List.of(new Stream(0, frameBytes, Stations.of(0, 0, 1), Stations.broadcast(), flows, NONE)));
    }

    /** One port to the stations of another one. */
    static Stream toPort(int from, int to, int frameBytes, int stations, int flows) {
        return new Stream(from, frameBytes, Stations.of(from, 0, stations), Stations.of(to, 0, stations), flows, NONE);
    }

    private static Stream toOthers(int port, int frameBytes, int ports, int stations, int flows) {
        return new Stream(
                port,
                frameBytes,
                Stations.of(port, 0, stations),
                Stations.ofOthers(port, ports, stations),
                flows,
                NONE);
    }

    int senders() {
        return streams.size();
    }

    /** At a rate, for a time. */
    List<Stream> at(Stream.Step step) {
        return in(List.of(step));
    }

    /** At rates that follow one another. */
    List<Stream> in(List<Stream.Step> steps) {
        return streams.stream().map(stream -> stream.in(steps)).toList();
    }
}
