package consul.launcher.aws;

import org.jspecify.annotations.Nullable;

/// Requests to a metadata service, however they are sent.
interface Requests {

    Answer get(String url, @Nullable String token, long mostBytes);

    Answer putForToken(String url, int ttlSeconds, long mostBytes);

    /// Takes the last answer for something else than what was asked for.
    Answer reject(Answer last, String expected);
}
