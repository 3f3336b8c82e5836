package consul.launcher.aws;

import java.util.List;

/// What is asked of a metadata service.
///
/// @param url the whole URL, without a query
/// @param fields `Name: value`, such as the token
record Question(String method, String url, List<String> fields) {

    /// As a person would say it; no field, since a token is one.
    @Override
    public String toString() {
        return method + " " + url;
    }
}
