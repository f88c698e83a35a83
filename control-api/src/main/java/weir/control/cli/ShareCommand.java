// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import weir.control.completion.Shell;
import weir.control.manual.ManPages;

/** {@code weir __share FOLDER}: what a release installs below {@code share}; for the build. */
@Command(name = "__share", hidden = true, description = "Writes completion scripts and man pages.")
public final class ShareCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "Where to write.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path folder;

    /** For picocli. */
    public ShareCommand() {}

    @Override
    public Integer call() throws IOException {
        CommandSpec root = CommandTree.complete(new WeirCommand()).getCommandSpec();
        for (Shell shell : Shell.values()) {
            write(shell.file(), shell.script(root));
        }
        ManPages pages = new ManPages(WeirVersion.number(), WeirVersion.date());
        for (Map.Entry<String, String> page : pages.of(root).entrySet()) {
            write("man/man1/" + page.getKey(), page.getValue());
        }
        return ExitCode.OK.number();
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
