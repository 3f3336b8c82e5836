package consul.launcher.agent;

import consul.launcher.config.Origin;
import java.util.List;

/// One flag as it is passed, with where it came from: `-node=i-1` is one word, `-node x` two. A stray argument that is
/// no flag is one word too.
public record Flag(List<String> words, Origin origin) {

    public Flag {
        words = List.copyOf(words);
    }

    static Flag of(Origin origin, String... words) {
        return new Flag(List.of(words), origin);
    }
}
