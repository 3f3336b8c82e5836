package consul.launcher.recovery;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// A [ProofLedger] as text for the data directory: one fact a line, readable by a person, closed by the number
/// of lines. All or nothing: a ledger with a line that can't be read, or cut off, is not read at all, because a
/// forgotten name could make an instance look like the only one that a raft id was seen on. What is lost is
/// proven again while EC2 still knows it.
public final class LedgerText {

    private static final String HEAD = "consul-launcher proof ledger 1";

    private LedgerText() {}

    /// What a stored text says.
    public sealed interface Parsed {}

    public record Read(ProofLedger ledger) implements Parsed {}

    /// @param why which line, and what is wrong with it
    public record Unreadable(String why) implements Parsed {}

    public static String write(ProofLedger ledger) {
        StringBuilder text = new StringBuilder(HEAD).append('\n');
        ledger.proofs().values().forEach(p -> line(text, "dead", p.instanceId(), p.first(), p.second()));
        ledger.seen().forEach((id, at) -> line(text, "seen", id, at));
        ledger.names()
                .forEach((raftId, names) -> names.forEach(name -> line(text, "name", encoded(raftId), encoded(name))));
        ledger.listed().ifPresent(span -> line(text, "listed", span.from(), span.to()));
        ledger.completeAt().ifPresent(at -> line(text, "complete", at));
        long lines = text.chars().filter(c -> c == '\n').count();
        return text.append("end ").append(lines).append('\n').toString();
    }

    private static void line(StringBuilder text, Object... words) {
        for (int i = 0; i < words.length; i++) {
            text.append(i == 0 ? "" : " ").append(words[i]);
        }
        text.append('\n');
    }

    public static Parsed read(String text) {
        String[] lines = text.split("\n");
        if (lines.length == 0 || !lines[0].equals(HEAD)) {
            return new Unreadable("line 1 is not '" + HEAD + "'");
        }
        if (!text.endsWith("\nend " + (lines.length - 1) + "\n")) {
            return new Unreadable("its end is missing: it was cut off, or lines were added or taken out");
        }
        Map<String, Proof> proofs = new TreeMap<>();
        Map<String, Instant> seen = new TreeMap<>();
        Map<String, Set<String>> names = new TreeMap<>();
        Optional<Span> listed = Optional.empty();
        Optional<Instant> complete = Optional.empty();
        for (int i = 1; i < lines.length - 1; i++) {
            String[] words = lines[i].split(" ");
            try {
                switch (words[0] + " " + words.length) {
                    case "dead 4" -> proofs.put(words[1], new Proof(words[1], time(words[2]), time(words[3])));
                    case "seen 3" -> seen.put(words[1], time(words[2]));
                    case "name 3" ->
                        names.computeIfAbsent(decoded(words[1]), id -> new TreeSet<>())
                                .add(decoded(words[2]));
                    case "listed 3" -> listed = Optional.of(new Span(time(words[1]), time(words[2])));
                    case "complete 2" -> complete = Optional.of(time(words[1]));
                    default -> throw new IllegalArgumentException("unknown");
                }
            } catch (DateTimeParseException | IllegalArgumentException e) {
                return new Unreadable("line " + (i + 1) + " '" + lines[i] + "': " + e.getMessage());
            }
        }
        return new Read(new ProofLedger(proofs, seen, names, listed, complete));
    }

    /// Gossip lets a node name hold anything.
    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static Instant time(String text) {
        return Instant.parse(text);
    }
}
