package consul.launcher.agent;

/// Reads JSON where Consul expects HCL: a text that begins with a brace in a `.hcl` file, with `-config-format=hcl` or
/// in a `-hcl` fragment. HCL's parser of JSON takes more than JSON: commas too many, an object that isn't closed, and
/// where a comma is missing it ignores the rest. Grammar as in
/// https://github.com/hashicorp/hcl/blob/v1.0.0/json/parser/parser.go.
final class HclJsonConfiguration {

    private final HclScanner scanner;
    private final String source;
    private final ConfigurationValues values = new ConfigurationValues();

    private HclJsonConfiguration(String text, String source) {
        this.scanner = HclScanner.ofJson(text);
        this.source = source;
    }

    /// @param source the name that its values are said to come from
    static ConfigurationValues read(String text, String source) throws ConfigurationSyntaxException {
        HclJsonConfiguration json = new HclJsonConfiguration(text, source);
        json.scanner.next();
        json.object("", 0);
        return json.values;
    }

    /// From the opening brace to whatever ends the object: the closing one, the end of the text or a missing comma.
    private void object(String path, int depth) throws ConfigurationSyntaxException {
        if (depth > HclConfiguration.DEEPEST) {
            throw scanner.error("nested deeper than " + HclConfiguration.DEEPEST + " levels");
        }
        do {
            scanner.next();
            if (!member(path, depth)) {
                return;
            }
            scanner.next();
        } while (scanner.kind() == HclScanner.Kind.COMMA);
    }

    /// Whether there is one, and it doesn't end the object.
    private boolean member(String parent, int depth) throws ConfigurationSyntaxException {
        boolean hasKey = false;
        String path = parent;
        while (scanner.kind() == HclScanner.Kind.STRING) {
            path = ConfigurationValues.path(path, scanner.text());
            hasKey = true;
            scanner.next();
        }
        if (endsObject()) {
            return false;
        }
        if (!hasKey || scanner.kind() != HclScanner.Kind.COLON) {
            throw scanner.error("expected a key in double quotes and a colon");
        }
        scanner.next();
        return value(path, depth);
    }

    private boolean value(String path, int depth) throws ConfigurationSyntaxException {
        return switch (scanner.kind()) {
            case STRING, LITERAL -> {
                values.put(path, scanner.text(), source);
                yield true;
            }
            case NULL -> true;
            case OPEN_OBJECT -> {
                object(path, depth + 1);
                yield true;
            }
            case OPEN_LIST -> list(path, depth);
            case CLOSE_OBJECT, END -> false;
            case IDENTIFIER, ASSIGN, COLON, COMMA, CLOSE_LIST -> throw scanner.error("expected a value");
        };
    }

    /// Lists in it are taken for a part of it, and booleans for nothing.
    private boolean list(String path, int depth) throws ConfigurationSyntaxException {
        scanner.next();
        while (scanner.kind() != HclScanner.Kind.CLOSE_LIST) {
            switch (scanner.kind()) {
                case STRING -> values.append(path, scanner.text(), source);
                case LITERAL -> {
                    if (!scanner.text().equals("true") && !scanner.text().equals("false")) {
                        values.append(path, scanner.text(), source);
                    }
                }
                case OPEN_OBJECT -> object(path, depth + 1);
                case COMMA, OPEN_LIST -> {}
                case CLOSE_OBJECT -> {
                    return false;
                }
                case IDENTIFIER, ASSIGN, COLON, NULL, CLOSE_LIST, END ->
                    throw scanner.error("expected a value, a comma, or the list's closing ]");
            }
            scanner.next();
        }
        return true;
    }

    private boolean endsObject() {
        return scanner.kind() == HclScanner.Kind.CLOSE_OBJECT || scanner.kind() == HclScanner.Kind.END;
    }
}
