// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.ApiStream;
import weir.control.client.DaemonClient;
import weir.control.demo.DemoPrograms;

/**
 * A switch of a daemon for the time of a benchmark: two shared-memory ports that carry the load, and a third one, with a
 * program and without frames, about which the calls of the benchmark are. Gone when it is closed.
 */
final class BenchedSwitch implements AutoCloseable {
    private static final String SWITCHES = "switches";
    private static final String PORTS = "ports";
    private static final String FDB = "fdb";
    private static final String LINKS = "links";
    private static final String SOURCE = "source";
    private static final String SINK = "sink";
    private static final String QUIET = "quiet";
    private static final String PROGRAM = "pkt_count";
    private static final String MAP = "packets";
    private static final String VLAN = "0";
    /** As {@link ShmLoad#RECEIVER}, in text. */
    private static final String RECEIVER = "02:00:00:00:00:02";

    private static final String QUIET_STATION = "02:00:00:00:00:03";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long LOOK_AGAIN_MILLIS = 20;

    private final DaemonClient client;
    private final Path folder;
    private final String name;
    private final List<ApiCall> mix;
    private int made;

    private BenchedSwitch(DaemonClient client, String name, Path folder) {
        this.client = client;
        this.name = name;
        this.folder = folder;
        mix = mix();
    }

    /** @param folder where the daemon may put the sockets of ports */
    static BenchedSwitch make(DaemonClient client, String name, Path folder) {
        BenchedSwitch made = new BenchedSwitch(client, name, folder);
        // Without a loop guard, whose probes would be frames, too.
        client.json(ApiRequest.post(ApiPath.of(SWITCHES)).withJson(Map.of("name", made.name, "loop_guard", false)));
        boolean isReady = false;
        try {
            made.fill();
            isReady = true;
            return made;
        } finally {
            if (!isReady) {
                made.close();
            }
        }
    }

    private void fill() {
        ApiPath ports = ApiPath.of(SWITCHES, name, PORTS);
        for (String port : List.of(SOURCE, SINK)) {
            client.json(
                    ApiRequest.post(ports).withJson(Map.of("name", port, "spec", "shm:" + port + "?dir=" + folder)));
        }
        client.json(ApiRequest.post(ports).withJson(Map.of("name", QUIET, "spec", "null:" + QUIET)));
        client.json(station(RECEIVER, SINK)); // which sends nothing, and would be forgotten
        String object = client.json(ApiRequest.post(ApiPath.of("objects"))
                        .withBody("application/octet-stream", DemoPrograms.bytes(PROGRAM)))
                .path("object")
                .asString("");
        client.json(ApiRequest.put(ApiPath.of(SWITCHES, name, PORTS, QUIET, "program"))
                .withJson(Map.of("object", object)));
    }

    private ApiRequest station(String mac, String port) {
        return ApiRequest.post(ApiPath.of(SWITCHES, name, FDB)).withJson(Map.of("mac", mac, "port", port));
    }

    /** What people and their programs ask and change, in turn; the quiet port's own matters only. */
    private List<ApiCall> mix() {
        ApiPath link = ApiPath.of(LINKS, name, QUIET);
        ApiPath map = ApiPath.of("maps", name + ":" + QUIET + ":" + MAP, "entries");
        ApiPath station = ApiPath.of(SWITCHES, name, FDB, VLAN, QUIET_STATION);
        return List.of(
                get(SWITCHES),
                new ApiCall(ApiRequest.put(link).withJson(Map.of("settings", "delay:5ms,loss:1%"))),
                get(SWITCHES, name, "stats"),
                new ApiCall(station(QUIET_STATION, QUIET)),
                get(SWITCHES, name, FDB),
                new ApiCall(ApiRequest.put(map).withJson(Map.of("key", "17", "value", "5"))),
                get(SWITCHES, name, PORTS),
                new ApiCall(ApiRequest.delete(station)),
                get(LINKS),
                new ApiCall(ApiRequest.delete(link)));
    }

    private static ApiCall get(String... path) {
        return new ApiCall(ApiRequest.get(ApiPath.of(path)));
    }

    Path socketOfSource() {
        return socket(SOURCE);
    }

    Path socketOfSink() {
        return socket(SINK);
    }

    private Path socket(String port) {
        return folder.resolve(port + ".sock");
    }

    /** The call whose turn it is. */
    ApiCall next() {
        return mix.get(made++ % mix.size());
    }

    /** Makes a call and reads its answer to the end. */
    void make(ApiCall call) {
        client.json(call.request());
    }

    /** Reads all metrics, as Prometheus does. */
    void scrape() throws IOException {
        try (ApiStream metrics = client.stream(ApiRequest.get(ApiPath.ofRoot("metrics")));
                InputStream body = metrics.body()) {
            body.transferTo(OutputStream.nullOutputStream());
        }
    }

    /**
     * Compares the switch's counters with what the generator sent and the sink got.
     *
     * @throws IllegalStateException when a frame is not accounted for
     */
    void check(DaemonLoad.Books books) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        String wrong = difference(books);
        while (!wrong.isEmpty() && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS); // workers publish their counters now and then
            wrong = difference(books);
        }
        if (!wrong.isEmpty()) {
            throw new IllegalStateException("the books are wrong: " + wrong);
        }
    }

    /** Empty where every frame is accounted for. */
    private String difference(DaemonLoad.Books books) {
        JsonNode ports =
                client.json(ApiRequest.get(ApiPath.of(SWITCHES, name, "stats"))).path(PORTS);
        long received = ports.path(SOURCE).path("received").asLong(0);
        long dropped =
                sum(ports.path(SOURCE).path("drops")) + sum(ports.path(SINK).path("drops"));
        return received == books.sent() && books.got() + dropped == received
                ? ""
                : "sent " + books.sent() + ", got " + books.got() + ", dropped " + dropped + ", counters " + ports;
    }

    private static long sum(JsonNode counts) {
        return counts.valueStream().mapToLong(each -> each.asLong(0)).sum();
    }

    @Override
    public void close() {
        client.json(ApiRequest.delete(ApiPath.of(SWITCHES, name)));
    }
}
