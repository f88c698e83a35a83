// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.util.HexFormat;
import tools.jackson.databind.json.JsonMapper;
import weir.control.text.Sha256;

/**
 * Which topology it is, by its content: the same one again has the same version, after a restart, too.
 *
 * @param digest hexadecimal digits of the first half of a SHA-256 over its JSON
 */
public record TopologyVersion(String digest) {
    private static final int DIGEST_BYTES = 16;

    public static TopologyVersion of(Topology topology) {
        byte[] json = JsonMapper.shared().writeValueAsBytes(TopologyJson.of(topology));
        return new TopologyVersion(HexFormat.of().formatHex(Sha256.of(json), 0, DIGEST_BYTES));
    }

    /** As a strong entity tag (RFC 9110, section 8.8.3). */
    public String tag() {
        return "\"" + digest + "\"";
    }
}
