// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import weir.control.station.Namespace;
import weir.control.station.StationException;
import weir.control.station.StationException.Kind;

/**
 * What an interface is put into, and what ports are named after: a container of Docker, or the process {@code pid:PID} with
 * its network namespace, whoever made that.
 *
 * @param name of the container, or {@code pid-PID}
 * @param pid 0 for a container that is not known to run
 */
public record Target(String name, long pid) {
    private static final Pattern PID = Pattern.compile("pid:([1-9][0-9]{0,8})");
    private static final String PREFIX = "pid:";
    private static final int MAX_PORT_NAME = 15;

    /**
     * What a text names.
     *
     * @param environment where Docker is said to be
     * @throws StationException when it does not run, or Docker cannot be asked
     */
    public static Target find(String text, Map<String, String> environment) throws StationException {
        if (text.startsWith(PREFIX)) {
            Target process = named(text);
            if (process.pid == 0) {
                throw new StationException(
                        Kind.INVALID, "'" + NetworkOptions.printable(text) + "' names no process", "write pid:1234");
            }
            return process;
        }
        DockerEngine.Container container = DockerEngine.of(environment).running(text);
        return new Target(container.name(), container.pid());
    }

    /** What a text would name, without asking anybody. */
    public static Target named(String text) {
        Matcher matcher = PID.matcher(text);
        return matcher.matches()
                ? new Target("pid-" + matcher.group(1), Long.parseLong(matcher.group(1)))
                : new Target(text, 0);
    }

    /** Its network namespace. */
    public Namespace namespace() {
        return new Namespace("/proc/" + pid + "/ns/net", toString());
    }

    /** Name for its port. */
    public String portName() {
        return name.length() <= MAX_PORT_NAME ? name : name.substring(0, MAX_PORT_NAME);
    }

    /** Whether a port may be one of those that are named after it: {@code web}, and {@code web-2} for a second one. */
    public boolean isNamesake(String port) {
        int dash = port.lastIndexOf('-');
        String first = dash > 0 && port.substring(dash + 1).matches("\\d+") ? port.substring(0, dash) : port;
        return port.equals(portName())
                || first.equals(portName())
                || (port.length() == MAX_PORT_NAME && portName().startsWith(first));
    }

    /** For messages. */
    @Override
    public String toString() {
        return name.startsWith("pid-") && pid != 0 ? "process " + pid : "container " + NetworkOptions.printable(name);
    }
}
