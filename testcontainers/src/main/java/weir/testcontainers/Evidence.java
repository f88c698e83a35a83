// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtensionContext;
import weir.core.counter.DropReason;

/**
 * What is written of a test that failed: for each network a capture and a table.
 *
 * @param folder where
 */
record Evidence(Path folder) {
    private static final int MOST_CHARACTERS = 100;

    static Evidence write(Path root, ExtensionContext context, List<Watch> watches) {
        Path folder = root.resolve(context.getRequiredTestClass().getName()).resolve(name(context));
        try {
            Files.createDirectories(folder);
            int number = 0;
            for (Watch watch : watches) {
                number++;
                String name = watches.size() == 1 ? "network" : "network" + number;
                // Counters first: they are those of now, and ending the capture takes its time.
                Files.writeString(folder.resolve(name + ".txt"), table(watch.network()));
                watch.keepCapture(folder.resolve(name + ".pcapng"));
            }
            return new Evidence(folder);
        } catch (IOException e) {
            throw new WeirException("cannot write into " + folder + ": " + e.getMessage(), "", e);
        }
    }

    /** The method, and for one that runs several times which of them. */
    private static String name(ExtensionContext context) {
        String method = context.getRequiredTestMethod().getName();
        String shown = context.getDisplayName();
        String all = shown.startsWith(method) ? method : method + "-" + shown;
        String plain = all.replaceAll("[^A-Za-z0-9._-]+", "_");
        return plain.substring(0, Math.min(plain.length(), MOST_CHARACTERS));
    }

    private static String table(WeirNetwork network) {
        List<String> lines = new ArrayList<>();
        lines.add(row("container", "frames from", "frames to", "drops by reason"));
        network.counters()
                .forEach((name, port) -> lines.add(row(
                        name, Long.toString(port.framesFrom()), Long.toString(port.framesTo()), text(port.drops()))));
        lines.add("");
        lines.add("drops of the whole network: " + text(network.drops()));
        lines.add("seed: " + network.seed());
        network.linkTexts().forEach((name, link) -> lines.add("link of " + name + ": " + link));
        return String.join("\n", lines) + "\n";
    }

    private static String row(String name, String from, String to, String drops) {
        return String.format(Locale.ROOT, "%-24s %12s %12s  %s", name, from, to, drops);
    }

    private static String text(Map<DropReason, Long> drops) {
        return drops.isEmpty()
                ? "none"
                : new TreeMap<>(drops)
                        .entrySet().stream()
                                .map(each -> each.getKey().label() + " " + each.getValue())
                                .collect(Collectors.joining(", "));
    }
}
