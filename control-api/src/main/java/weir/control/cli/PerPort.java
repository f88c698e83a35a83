// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Options that are repeated for each port: {@code PORT=SOMETHING}. */
final class PerPort {
    private PerPort() {}

    /**
     * What is given for each port, in order; whether there is such a port is not looked at.
     *
     * @param what stands for it behind the equals sign
     */
    static Map<String, String> read(CommandLine command, String option, String what, List<String> texts) {
        Map<String, String> byPort = new LinkedHashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (equals < 0) {
                throw new ParameterException(command, option + " '" + text + "' is not PORT=" + what);
            }
            String port = text.substring(0, equals);
            if (byPort.put(port, text.substring(equals + 1)) != null) {
                throw new ParameterException(command, option + " stands twice for port '" + port + "'");
            }
        }
        return byPort;
    }
}
