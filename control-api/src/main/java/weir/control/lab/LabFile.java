// SPDX-License-Identifier: Apache-2.0

package weir.control.lab;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import weir.control.station.IpPrefix;
import weir.control.station.Route;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.ObjectFolder;
import weir.control.topology.PortDefinition;
import weir.control.topology.SourceText;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.TextErrors;

/**
 * What a Compose file asks of a lab.
 *
 * @param name of the lab
 * @param switches those that the file describes in {@code x-weir}, by name
 * @param programs by switch: digest of the program that its first network brings, or empty
 * @param stations by service, in the order of the file
 * @param objects content of the object files that were named, by digest
 * @param ignored keys of Compose that a lab has no use for, with how often each stands there
 */
public record LabFile(
        String name,
        Map<String, SwitchDefinition> switches,
        Map<String, String> programs,
        Map<String, Station> stations,
        Map<String, byte[]> objects,
        SortedMap<String, Integer> ignored) {
    /**
     * A service.
     *
     * @param command what runs in a container; empty where the image says it
     */
    public record Station(List<Nic> nics, List<Route> routes, List<String> command) {
        public Station {
            nics = List.copyOf(nics);
            routes = List.copyOf(routes);
            command = List.copyOf(command);
        }
    }

    /**
     * An interface of a station, and the port that it is.
     *
     * @param network name in the file
     * @param switchName switch of that network
     * @param port name on the switch, as the network driver names it
     * @param name of the interface, {@code eth0}
     * @param mac {@link weir.core.fdb.MacAddress}
     * @param mtuBytes or 0 for the default
     * @param definition of the port, with an empty spec
     * @param program digest of the network's program, or empty
     */
    public record Nic(
            String network,
            String switchName,
            String port,
            String name,
            long mac,
            int mtuBytes,
            List<IpPrefix> addresses,
            PortDefinition definition,
            String program) {
        public Nic {
            addresses = List.copyOf(addresses);
        }

        /** Whether a gateway is in one of its networks. */
        boolean leadsTo(InetAddress gateway) {
            return addresses.stream().anyMatch(each -> each.contains(gateway));
        }
    }

    /**
     * Reads a file and the object files that it names; nothing else on the machine is touched.
     *
     * @param environment values of variables
     * @throws TextErrors with all that is wrong
     * @throws IOException when the file itself cannot be read
     */
    public static LabFile read(Path file, Map<String, String> environment) throws TextErrors, IOException {
        Path absolute = file.toAbsolutePath();
        try (InputStream in = Files.newInputStream(absolute)) {
            byte[] content = in.readNBytes(SourceText.MAX_BYTES + 1);
            String base = String.valueOf(absolute.getFileName()).replaceFirst("\\.(ya?ml|json)$", "");
            Path folder = absolute.getParent();
            return parse(
                    content,
                    SourceText.Format.of(absolute.toString()),
                    base,
                    folder == null ? absolute : folder,
                    environment);
        }
    }

    /**
     * Reads a text.
     *
     * @param name of the lab where the text has none
     * @param folder where paths of object files begin
     */
    static LabFile parse(
            byte[] content, SourceText.Format format, String name, Path folder, Map<String, String> environment)
            throws TextErrors {
        SourceText text = SourceText.parse(content, format);
        List<DefinitionErrors.Place> errors = new ArrayList<>();
        ComposeReader reader = new ComposeReader(new ObjectFolder(folder), errors);
        LabFile file = reader.read(new Variables(environment).in(text.root()), name);
        if (!errors.isEmpty()) {
            throw text.located(new DefinitionErrors(errors));
        }
        return file;
    }
}
