// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.Curses;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;
import org.jspecify.annotations.Nullable;

/**
 * The whole terminal, which is as it was before when this is closed, or the process ended by a signal. One thread. Settings of
 * the terminal are JLine's to restore, which has a shutdown hook of its own.
 */
final class TopScreen implements AutoCloseable {
    private static final int ESCAPE = 27;
    private static final int SEQUENCE_MILLIS = 50;
    private static final int LONGEST_SEQUENCE = 8;
    private static final int LEAST_COLUMNS = 20;
    private static final int LEAST_ROWS = 3;

    private final Terminal terminal;
    private final PrintWriter out;
    private final Display display;
    private final String leave;
    private final Thread hook = Thread.ofPlatform().name("weir-top-screen").unstarted(this::leave);
    private Size size = Size.of(0, 0);
    private boolean left;

    /**
     * Takes it.
     *
     * @param out standard output, for what goes around JLine, which a signal closes
     * @throws IOException when there is no terminal, or one that cannot move its cursor
     */
    TopScreen(PrintWriter out) throws IOException {
        this.out = out;
        try {
            terminal = TerminalBuilder.builder()
                    .system(true)
                    .dumb(false)
                    .nativeSignals(false) // the JVM has its own
                    .graphemeCluster(false) // which asks the terminal, and waits
                    .build();
        } catch (IllegalStateException e) {
            throw new IOException(e.getMessage(), e);
        }
        if (terminal.getStringCapability(Capability.cursor_address) == null) {
            terminal.close();
            throw new IOException("terminal " + terminal.getType() + " cannot move its cursor");
        }
        leave = sequence(Capability.cursor_normal) + sequence(Capability.exit_ca_mode);
        terminal.enterRawMode();
        Attributes attributes = terminal.getAttributes();
        attributes.setLocalFlag(LocalFlag.ISIG, false); // Ctrl-C is a key like others
        terminal.setAttributes(attributes);
        Runtime.getRuntime().addShutdownHook(hook);
        enter();
        display = new Display(terminal, true);
    }

    private synchronized void enter() {
        if (!left) {
            show(sequence(Capability.enter_ca_mode) + sequence(Capability.cursor_invisible));
        }
    }

    private String sequence(Capability capability) {
        @Nullable String text = terminal.getStringCapability(capability);
        return text == null ? "" : Curses.tputs(text);
    }

    private void show(String sequences) {
        out.print(sequences);
        out.flush();
    }

    /** Asks how large it is now. True when that is another size than before. */
    boolean hasChangedSize() {
        Size now = terminal.getSize();
        Size usable = Size.of(Math.max(LEAST_COLUMNS, now.getColumns()), Math.max(LEAST_ROWS, now.getRows()));
        if (usable.equals(size)) {
            return false;
        }
        size = usable;
        display.resize(size);
        display.clear();
        return true;
    }

    /** Has the next {@link #draw} draw all of it, whatever the terminal may show. */
    void forget() {
        display.clear();
    }

    /** Columns. */
    int width() {
        return size.getColumns();
    }

    /** Lines. */
    int height() {
        return size.getRows();
    }

    /** Replaces what is seen; lines are cut at the right. */
    void draw(List<String> lines) {
        List<AttributedString> cut = lines.stream()
                .map(line -> AttributedString.fromAnsi(line).columnSubSequence(0, width()))
                .toList();
        synchronized (this) {
            if (!left) {
                display.update(cut, 0);
            }
        }
    }

    private synchronized void leave() {
        if (!left) {
            left = true;
            show(leave);
        }
    }

    /** Takes it upon the caller to give the terminal back; false when a signal ends the process, and the hook is at it. */
    boolean takeBack() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** Waits for a key, but not longer than a time. */
    TopKey read(long millis) throws IOException {
        NonBlockingReader reader = terminal.reader();
        int character = reader.read(millis);
        if (character == NonBlockingReader.READ_EXPIRED) {
            return TopKey.NONE;
        }
        if (character != ESCAPE) {
            return TopKey.of(character);
        }
        int opener = reader.read(SEQUENCE_MILLIS);
        if (opener != '[' && opener != 'O') {
            return opener == NonBlockingReader.READ_EXPIRED ? TopKey.BACK : TopKey.OTHER;
        }
        StringBuilder sequence = new StringBuilder();
        while (sequence.length() < LONGEST_SEQUENCE) {
            int next = reader.read(SEQUENCE_MILLIS);
            if (next < 0) {
                break;
            }
            sequence.append((char) next);
            if (Character.isLetter(next) || next == '~') {
                break;
            }
        }
        return TopKey.ofSequence(sequence.toString());
    }

    @Override
    public void close() throws IOException {
        if (takeBack()) {
            leave();
            terminal.close();
        }
    }
}
