package consul.launcher.entrypoint;

import consul.launcher.entrypoint.Step.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// Owners of files by number: an image need not have a name for them.
final class Owners {

    /// As the kernel has it.
    private static final int MOST_LINKS = 40;

    private Owners() {}

    static Owner of(Path path) throws IOException {
        return new Owner(
                (Integer) Files.getAttribute(path, "unix:uid"), (Integer) Files.getAttribute(path, "unix:gid"));
    }

    /// Of a directory, through links too (rule 20), but for those by which somebody else has root give away what isn't
    /// theirs.
    static void change(Path directory, Owner owner) throws IOException {
        changeItself(followed(directory), owner);
    }

    /// Of what has this name, be it a link.
    static void changeItself(Path path, Owner owner) throws IOException {
        Files.setAttribute(path, "unix:uid", owner.uid(), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", owner.gid(), LinkOption.NOFOLLOW_LINKS);
    }

    /// The same path without links.
    ///
    /// @throws IOException if there is one that neither root made nor the owner of what it leads to. The user
    ///     that Consul runs as owns what lies below the directories, and may be somebody else by now
    static Path followed(Path path) throws IOException {
        Path left = path.toAbsolutePath();
        for (int links = 0; links <= MOST_LINKS; links++) {
            Path next = withoutFirstLink(left);
            if (next.equals(left)) {
                return left;
            }
            left = next;
        }
        throw new IOException(path + " leads through more than " + MOST_LINKS + " links");
    }

    private static Path withoutFirstLink(Path path) throws IOException {
        Path parent = Path.of("/");
        for (int i = 0; i < path.getNameCount(); i++) {
            Path each = parent.resolve(path.getName(i));
            if (Files.isSymbolicLink(each)) {
                int maker = (Integer) Files.getAttribute(each, "unix:uid", LinkOption.NOFOLLOW_LINKS);
                int owner = of(each).uid();
                if (maker != 0 && maker != owner) {
                    throw new IOException(
                            each + " is a link that uid " + maker + " made to what belongs to uid " + owner);
                }
                Path target = parent.resolve(Files.readSymbolicLink(each));
                int rest = i + 1;
                return rest == path.getNameCount() ? target : target.resolve(path.subpath(rest, path.getNameCount()));
            }
            parent = each;
        }
        return path;
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
