// SPDX-License-Identifier: Apache-2.0

package weir.control.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import weir.control.http.Audit;
import weir.control.plane.ControlException;
import weir.control.plane.ControlException.Code;
import weir.control.plane.ControlPlane;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.text.FileTrouble;
import weir.control.topology.TextErrors;
import weir.control.topology.TopologyFile;

/** A topology in a file, which a daemon makes its own at its start and on SIGHUP. */
final class ConfigFile {
    private final Path file;

    ConfigFile(Path file) {
        this.file = file;
    }

    /**
     * Makes the topology what the file says, and tells the audit log.
     *
     * @param because of what, for the log
     * @throws ControlException when the file is wrong or a step fails; nothing is changed
     */
    void apply(ControlPlane plane, String because) throws ControlException {
        try {
            apply(plane);
            Audit.applied(file, because, "ok");
        } catch (ControlException e) {
            Audit.applied(file, because, e.code().label());
            throw e;
        }
    }

    private void apply(ControlPlane plane) throws ControlException {
        TopologyFile wanted = read();
        for (byte[] object : wanted.objects().values()) {
            plane.objects().put(object);
        }
        plane.change(now -> wanted.topology(), ChangeOptions.DEFAULT);
    }

    private TopologyFile read() throws ControlException {
        try {
            return TopologyFile.read(file);
        } catch (TextErrors e) {
            TextErrors.Fault first = e.faults().getFirst();
            int more = e.faults().size() - 1;
            throw wrong(
                    first.in(file.toString()) + (more == 0 ? "" : ", and " + more + " more"),
                    first.hint().isEmpty() ? "correct the file; nothing of it is in force" : first.hint(),
                    e);
        } catch (IOException e) {
            throw wrong("cannot read " + file + ": " + FileTrouble.of(e), "name a file that the daemon may read", e);
        }
    }

    private static ControlException wrong(String cause, String hint, Exception e) {
        return new ControlException(Code.INVALID, cause, hint, List.of(), List.of(), e);
    }
}
