package consul.launcher.agent;

/// Reads a configuration text in HCL 1, the language of Consul's `.hcl` files and `-hcl` fragments: keys with values,
/// lists, objects and blocks, nothing evaluated. Terraform's HCL 2 is another language; a parser for that would turn
/// `${name}` into nothing and refuse a one-line object without commas, which Consul takes.
/// Grammar as in https://github.com/hashicorp/hcl/tree/hcl1.
final class HclConfiguration {

    /// Deeper nesting is no configuration, and would end in a stack overflow.
    static final int DEEPEST = 100;

    private final HclScanner scanner;
    private final String source;
    private final ConfigurationValues values = new ConfigurationValues();

    private HclConfiguration(String text, String source) {
        this.scanner = new HclScanner(text);
        this.source = source;
    }

    /// @param source the name that its values are said to come from
    static ConfigurationValues read(String text, String source) throws ConfigurationSyntaxException {
        String start = text.stripLeading();
        if (start.startsWith("{")) {
            // Consul tells JSON in an HCL file by its first character.
            return HclJsonConfiguration.read(text, source);
        }
        HclConfiguration hcl = new HclConfiguration(text, source);
        hcl.scanner.next();
        hcl.items("", 0);
        return hcl.values;
    }

    /// Keys with what they hold, up to the closing brace, or at depth 0 up to the end of the text.
    private void items(String path, int depth) throws ConfigurationSyntaxException {
        if (depth > DEEPEST) {
            throw scanner.error("nested deeper than " + DEEPEST + " levels");
        }
        HclScanner.Kind closing = depth == 0 ? HclScanner.Kind.END : HclScanner.Kind.CLOSE_OBJECT;
        while (scanner.kind() != closing) {
            item(path, depth);
            if (scanner.kind() == HclScanner.Kind.COMMA) {
                scanner.next();
            }
        }
    }

    private void item(String parent, int depth) throws ConfigurationSyntaxException {
        if (!isKey(scanner.kind())) {
            throw scanner.error(
                    scanner.kind() == HclScanner.Kind.END ? "an object is not closed by }" : "expected a key");
        }
        String path = ConfigurationValues.path(parent, scanner.text());
        scanner.next();
        boolean labelled = false;
        while (isKey(scanner.kind())) {
            // A block's label is a key of its own: service "web" { … }.
            path = ConfigurationValues.path(path, scanner.text());
            labelled = true;
            scanner.next();
        }
        if (scanner.kind() == HclScanner.Kind.ASSIGN && !labelled) {
            scanner.next();
            value(path, depth, false);
        } else if (scanner.kind() == HclScanner.Kind.OPEN_OBJECT) {
            value(path, depth, false);
        } else {
            throw scanner.error("expected = or { after a key");
        }
    }

    private void value(String path, int depth, boolean inList) throws ConfigurationSyntaxException {
        switch (scanner.kind()) {
            case STRING, LITERAL -> {
                if (inList) {
                    values.append(path, scanner.text(), source);
                } else {
                    values.put(path, scanner.text(), source);
                }
            }
            case OPEN_OBJECT -> {
                scanner.next();
                items(path, depth + 1);
            }
            case OPEN_LIST -> list(path, depth + 1);
            case IDENTIFIER, ASSIGN, COLON, COMMA, NULL, CLOSE_OBJECT, CLOSE_LIST, END ->
                throw scanner.error("expected a value: a string in quotes, a number, true, false, a list or an object");
        }
        scanner.next();
    }

    private void list(String path, int depth) throws ConfigurationSyntaxException {
        if (depth > DEEPEST) {
            throw scanner.error("nested deeper than " + DEEPEST + " levels");
        }
        scanner.next();
        boolean needsComma = false;
        while (scanner.kind() != HclScanner.Kind.CLOSE_LIST) {
            // One comma too many is none too few: Consul takes ["a",, "b",].
            boolean comma = scanner.kind() == HclScanner.Kind.COMMA;
            if (comma) {
                scanner.next();
            } else if (needsComma) {
                throw scanner.error("expected a comma, or the list's closing ]");
            } else {
                value(path, depth, true);
            }
            needsComma = !comma;
        }
    }

    private static boolean isKey(HclScanner.Kind kind) {
        return kind == HclScanner.Kind.IDENTIFIER || kind == HclScanner.Kind.STRING;
    }
}
