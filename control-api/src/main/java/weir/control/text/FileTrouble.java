// SPDX-License-Identifier: Apache-2.0

package weir.control.text;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What is wrong with a file, for people: Java's messages are its name and nothing else, or names of classes. */
public final class FileTrouble {
    private FileTrouble() {}

    /** A few words that follow the name of the file and a colon. */
    public static String of(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file or folder";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException failure when failure.getReason() != null -> failure.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }
}
