// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import weir.control.Main;

/** How to start this program once more, in a process of its own. */
final class ThisProgram {
    private ThisProgram() {}

    /** The command line of another command, in a JVM like this one. */
    static List<String> command(List<String> jvmOptions, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(arguments);
        return command;
    }
}
