package consul.launcher.config;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// What is wrong with a file, as an operator says it; the JDK's messages are class names and paths.
public final class FileTrouble {

    private FileTrouble() {}

    public static String describe(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException _ -> "no such file or directory";
            case FileAlreadyExistsException _ -> "a file is in the way";
            case FileSystemException file when file.getReason() != null -> file.getReason();
            default -> e.getMessage() == null ? "input/output error" : e.getMessage();
        };
    }
}
