package consul.launcher.aws;

import consul.launcher.http.HttpException;
import consul.launcher.http.Reply;
import java.time.Duration;
import java.util.List;

/// Brings questions to a metadata service, once each, and never by a proxy: that would be asked who *it* is.
/// Follows no redirect. For one thread.
interface Transport extends AutoCloseable {

    /// @param mostBytes how long the reply's body may be
    /// @param most the longest that all of it may take, besides the settings' own limits
    Reply exchange(Question question, int mostBytes, Duration most) throws HttpException;

    /// Sends questions ahead, if that is possible, whose replies [#exchange] takes.
    default void send(List<Question> questions) {
        // All of it happens later.
    }

    /// Lets go of what costs something while nothing is asked.
    default void rest() {
        // Nothing does.
    }

    @Override
    void close();
}
