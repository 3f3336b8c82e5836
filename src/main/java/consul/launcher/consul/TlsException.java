package consul.launcher.consul;

/// A certificate or key that can't be used; the message says which file and why.
public final class TlsException extends Exception {

    private static final long serialVersionUID = 1;

    TlsException(String message, Exception cause) {
        super(message + ": " + cause.getMessage(), cause);
    }

    TlsException(String message) {
        super(message);
    }
}
