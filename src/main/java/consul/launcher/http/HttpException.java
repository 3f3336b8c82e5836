package consul.launcher.http;

import java.io.IOException;

/// Why there is no reply.
public final class HttpException extends IOException {

    private static final long serialVersionUID = 1;

    /// In what way.
    public enum Kind {
        /// There is no connection in time: packets vanish.
        NO_CONNECTION,
        /// The connection was refused, or there is no way to the address.
        REFUSED,
        /// Connected, sent, and nothing, or not all of it, came back in time.
        SILENT,
        /// The connection broke, or what came over it wasn't HTTP.
        BROKEN,
        /// More came than was to be expected.
        TOO_LONG
    }

    private final Kind kind;

    /// The status, if that much has come; else 0.
    private final int status;

    /// @param message what happened, for people
    public HttpException(Kind kind, int status, String message) {
        super(message);
        this.kind = kind;
        this.status = status;
    }

    public Kind kind() {
        return kind;
    }

    public int status() {
        return status;
    }
}
