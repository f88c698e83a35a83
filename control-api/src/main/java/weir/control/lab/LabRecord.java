// SPDX-License-Identifier: Apache-2.0

package weir.control.lab;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a lab has, or is about to have: written down before the first of it is made, so that whatever is left of it can be
 * found.
 *
 * @param file that it was made from, absolute
 * @param version of what the file asked for: a file that asks for the same has the same
 * @param socket of the daemon with its switches, absolute
 * @param madeSwitches switches that came with the lab and go with it
 * @param ports on those and on other switches
 * @param namespaces by service: name below {@code /run/netns}
 */
public record LabRecord(
        String name,
        String file,
        String version,
        String socket,
        List<String> madeSwitches,
        List<PortRecord> ports,
        Map<String, String> namespaces) {
    public LabRecord {
        madeSwitches = List.copyOf(madeSwitches);
        ports = List.copyOf(ports);
        namespaces = new LinkedHashMap<>(namespaces);
    }

    /**
     * A port.
     *
     * @param spec by which it is known to be this lab's
     * @param service that it belongs to, or empty for one between switches
     * @param interfaceName of the service, or empty
     * @param addresses of the interface, each with its prefix
     */
    public record PortRecord(
            String switchName,
            String port,
            String spec,
            String service,
            String interfaceName,
            String mac,
            List<String> addresses) {
        public PortRecord {
            addresses = List.copyOf(addresses);
        }
    }

    LabRecord withMadeSwitches(List<String> changed) {
        return new LabRecord(name, file, version, socket, changed, ports, namespaces);
    }
}
