// SPDX-License-Identifier: Apache-2.0

package weir.control.bench.process;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import weir.control.Main;

/** How to start this program once more, in a process of its own. */
public final class ThisProgram {
    /** What makes a JVM watched, or write a cache, is not for another one. */
    private static final List<String> FOREIGN_OPTIONS = List.of("-agent", "-javaagent", "-Xrun", "-XX:AOTCacheOutput");

    private ThisProgram() {}

    /** The command line of another command, in a JVM with the options that this one was started with. */
    public static List<String> command(List<String> arguments) {
        List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> FOREIGN_OPTIONS.stream().noneMatch(option::startsWith))
                .toList();
        return command(options, arguments);
    }

    /** The command line of another command, in a JVM with options of its own. */
    public static List<String> command(List<String> jvmOptions, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(arguments);
        return command;
    }
}
