// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Standard output of the process, which remembers what could not be written: {@code System.out} keeps that to itself, and a
 * full disk would look like success. A reader that has seen enough, as {@code head} has, is no failure. Every write goes
 * out at once; one thread at a time writes.
 */
final class StandardOutput extends OutputStream {
    private static final Path DESCRIPTOR = Path.of("/proc/self/fd/1");
    private static final String BROKEN_PIPE = "Broken pipe";

    private final OutputStream out;
    private final Path descriptor;
    private volatile @Nullable IOException failure;

    /** @param descriptor link that says what the stream is, as Linux has it for open files */
    StandardOutput(OutputStream out, Path descriptor) {
        this.out = out;
        this.descriptor = descriptor;
    }

    static StandardOutput ofProcess() {
        return new StandardOutput(new FileOutputStream(FileDescriptor.out), DESCRIPTOR);
    }

    /** Prints in the encoding of the terminal; {@link PrintWriter#checkError} tells of what is lost. */
    PrintWriter writer() {
        return new PrintWriter(this, true, System.out.charset());
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        try {
            out.write(bytes, from, count);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** Whether the program at the other end of the pipe has gone, so that nothing more needs to be written. */
    boolean isLeftByReader() {
        IOException cause = failure;
        return cause != null && isPipe(cause);
    }

    /** Why something that somebody wants is not written. */
    Optional<IOException> loss() {
        return isLeftByReader() ? Optional.empty() : Optional.ofNullable(failure);
    }

    private boolean isPipe(IOException cause) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("pipe:") || target.startsWith("socket:");
        } catch (IOException | UnsupportedOperationException e) {
            return BROKEN_PIPE.equals(cause.getMessage()); // no Linux
        }
    }
}
