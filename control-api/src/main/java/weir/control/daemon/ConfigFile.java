// SPDX-License-Identifier: Apache-2.0

package weir.control.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.yaml.YAMLMapper;
import weir.control.plane.ControlException;
import weir.control.plane.ControlException.Code;
import weir.control.plane.ControlPlane;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.Topology;
import weir.control.topology.TopologyReader;

/** A topology in a file, which a daemon makes its own at its start and on SIGHUP. */
final class ConfigFile {
    private final Path file;

    ConfigFile(Path file) {
        this.file = file;
    }

    /**
     * Makes the topology what the file says.
     *
     * @throws ControlException when the file is wrong or a step fails; nothing is changed
     */
    void apply(ControlPlane plane) throws ControlException {
        Topology wanted = read();
        plane.change(now -> wanted, ChangeOptions.DEFAULT);
    }

    private Topology read() throws ControlException {
        try {
            return TopologyReader.topology(new YAMLMapper().readTree(Files.readAllBytes(file)));
        } catch (DefinitionErrors | JacksonException e) {
            String line = e instanceof JacksonException json && json.getLocation() != null
                    ? " line " + json.getLocation().getLineNr()
                    : "";
            String cause = e instanceof JacksonException json ? json.getOriginalMessage() : e.getMessage();
            String hint = e instanceof DefinitionErrors wrong
                    ? wrong.places().getFirst().hint()
                    : "";
            throw wrong(file + line + ": " + cause + (hint.isEmpty() ? "" : "; " + hint), e);
        } catch (IOException e) {
            throw wrong("cannot read " + file, e);
        }
    }

    private static ControlException wrong(String cause, Exception e) {
        return new ControlException(
                Code.INVALID, cause, "correct the file; nothing of it is in force", List.of(), List.of(), e);
    }
}
