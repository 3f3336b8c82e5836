package consul.launcher.json;

/// A text is no JSON.
public final class JsonException extends Exception {

    private static final long serialVersionUID = 1;

    JsonException(String message) {
        super(message);
    }
}
