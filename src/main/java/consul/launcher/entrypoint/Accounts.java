package consul.launcher.entrypoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The users and groups of the container, as /etc/passwd and /etc/group have them. Read as files, because an image has
/// neither a name service nor always an `id` command. A file that can't be read has no entries.
public final class Accounts {

    private final List<String[]> users;
    private final List<String[]> groups;

    private Accounts(List<String[]> users, List<String[]> groups) {
        this.users = users;
        this.groups = groups;
    }

    /// No entries at all, for who needs none.
    public static Accounts none() {
        return new Accounts(List.of(), List.of());
    }

    /// @param etc the directory of `passwd` and `group`, `/etc` but for tests
    public static Accounts read(Path etc) {
        return new Accounts(entries(etc.resolve("passwd"), 6), entries(etc.resolve("group"), 3));
    }

    /// The uid of a name, or the number itself.
    public Optional<Integer> uid(String user) {
        Optional<Integer> number = number(user);
        return number.isPresent() ? number : find(users, 0, user).flatMap(entry -> number(entry[2]));
    }

    /// The gid of a name, or the number itself.
    public Optional<Integer> gid(String group) {
        Optional<Integer> number = number(group);
        return number.isPresent() ? number : find(groups, 0, group).flatMap(entry -> number(entry[2]));
    }

    /// The primary group of a user.
    public Optional<Integer> primaryGroup(String user) {
        return find(users, 0, user).flatMap(entry -> number(entry[3]));
    }

    /// The home directory of a uid; `/` where it has no entry, as su-exec does it. U+FFFD is in it where it isn't
    /// UTF-8.
    public String home(int uid) {
        return find(users, 2, Integer.toString(uid))
                .map(entry -> new String(entry[5].getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                .orElse("/");
    }

    private static Optional<String[]> find(List<String[]> entries, int field, String value) {
        for (String[] entry : entries) {
            if (entry[field].equals(value)) {
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }

    private static List<String[]> entries(Path file, int fields) {
        List<String[]> entries = new ArrayList<>();
        try {
            // ISO-8859-1 reads any byte; names that matter are ASCII.
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                String[] entry = line.split(":", -1);
                if (entry.length >= fields) {
                    entries.add(entry);
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        return entries;
    }

    private static Optional<Integer> number(String text) {
        if (text.isEmpty() || text.length() > 10) {
            return Optional.empty();
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return Optional.empty();
            }
        }
        long value = Long.parseLong(text);
        return value <= Integer.MAX_VALUE ? Optional.of((int) value) : Optional.empty();
    }
}
