package consul.launcher.mockec2;

/// Which versions of the metadata service an instance has.
///
/// @param tokenStatus what the token path answers: 200, or the error an old or filtered service gives
/// @param tokenRequired whether a read without a token is a 401
/// @param enabled false: everything is a 403, as with `HttpEndpoint=disabled`
record Imds(int tokenStatus, boolean tokenRequired, boolean enabled) {

    /// @param text `both`, `v2`, `v1` (the token path is a 404), `v1-403`, `v1-405` or `off`
    static Imds of(String text) {
        return switch (text) {
            case "both" -> new Imds(200, false, true);
            case "v2" -> new Imds(200, true, true);
            case "v1", "v1-404" -> new Imds(404, false, true);
            case "v1-403" -> new Imds(403, false, true);
            case "v1-405" -> new Imds(405, false, true);
            case "off" -> new Imds(403, false, false);
            default ->
                throw new IllegalArgumentException(
                        "imds=" + text + ": both, v2, v1, v1-403, v1-405 or off is expected");
        };
    }
}
