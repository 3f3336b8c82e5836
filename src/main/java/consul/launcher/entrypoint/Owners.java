package consul.launcher.entrypoint;

import consul.launcher.entrypoint.Step.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Owners of files by number: an image need not have a name for them.
final class Owners {

    private Owners() {}

    static Owner of(Path path) throws IOException {
        return new Owner(
                (Integer) Files.getAttribute(path, "unix:uid"), (Integer) Files.getAttribute(path, "unix:gid"));
    }

    static void change(Path path, Owner owner) throws IOException {
        Files.setAttribute(path, "unix:uid", owner.uid());
        Files.setAttribute(path, "unix:gid", owner.gid());
    }

    /// `owner 0:0, mode 0755`, for messages; of what can't be read, why.
    static String describe(Path path) {
        try {
            int mode = (Integer) Files.getAttribute(path, "unix:mode");
            return "owner " + of(path) + ", mode 0" + Integer.toOctalString(mode & 07777);
        } catch (IOException e) {
            return "unreadable: " + e.getMessage();
        }
    }
}
