package consul.launcher.agent;

/// A configuration text that can't be read.
final class ConfigurationSyntaxException extends Exception {

    private static final long serialVersionUID = 1;

    private final String what;

    ConfigurationSyntaxException(String what) {
        super(what);
        this.what = what;
    }

    /// Where and why, as `line 3, column 7: …`, never with a piece of the text.
    String what() {
        return what;
    }
}
