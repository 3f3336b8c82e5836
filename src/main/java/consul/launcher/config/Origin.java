package consul.launcher.config;

/// Where a value came from, so that an operator can tell who decided it.
///
/// @param kind the rank of the source; a smaller ordinal beats a larger one
/// @param detail the source's own name: a variable, a file and its key, a metadata path
public record Origin(Kind kind, String detail) {

    /// Sources by precedence, strongest first.
    public enum Kind {
        ARGUMENT,
        CONFIGURATION,
        VARIABLE,
        METADATA,
        DEFAULT
    }

    public static Origin argument() {
        return new Origin(Kind.ARGUMENT, "argument");
    }

    /// @param file the file, or `CONSUL_LOCAL_CONFIG`
    /// @param key the key in it
    public static Origin configuration(String file, String key) {
        return new Origin(Kind.CONFIGURATION, file + " (" + key + ")");
    }

    public static Origin variable(String name) {
        return new Origin(Kind.VARIABLE, name);
    }

    /// @param source for example `EC2 metadata instance-id`
    public static Origin metadata(String source) {
        return new Origin(Kind.METADATA, source);
    }

    public static Origin byDefault(String why) {
        return new Origin(Kind.DEFAULT, why);
    }

    /// For people: `variable TAG_KEY`, `metadata EC2 instance-id`, `argument`.
    public String describe() {
        return switch (kind) {
            case ARGUMENT -> "argument";
            case CONFIGURATION -> "configuration " + detail;
            case VARIABLE -> "variable " + detail;
            case METADATA -> "metadata " + detail;
            case DEFAULT -> "default: " + detail;
        };
    }
}
