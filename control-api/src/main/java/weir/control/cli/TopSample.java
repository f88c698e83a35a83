// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;

/**
 * What the daemon said at one moment; immutable.
 *
 * @param nanos of this machine's clock that never jumps
 * @param switches all, as {@code weir switch list} has them
 * @param shown the switch that the rest is about; null for none
 * @param stats as of {@code weir stats}
 * @param runtime as of {@code weir stats --runtime}
 * @param programs all, as {@code weir program list} has them
 */
record TopSample(
        long nanos, JsonNode switches, @Nullable String shown, JsonNode stats, JsonNode runtime, JsonNode programs) {
    /**
     * Asks.
     *
     * @throws weir.control.client.DaemonException when there is no answer, or no such switch
     */
    static TopSample ask(DaemonClient client, @Nullable String shown) {
        JsonNode switches = client.json(ApiRequest.get(ApiPath.of("switches"))).path("switches");
        long nanos = System.nanoTime();
        if (shown == null) {
            JsonNode none = MissingNode.getInstance();
            return new TopSample(nanos, switches, null, none, none, none);
        }
        return new TopSample(
                nanos,
                switches,
                shown,
                client.json(ApiRequest.get(ApiPath.of("switches", shown, "stats"))),
                client.json(ApiRequest.get(ApiPath.of("switches", shown, "runtime")))
                        .path("workers"),
                client.json(ApiRequest.get(ApiPath.of("programs"))).path("programs"));
    }
}
