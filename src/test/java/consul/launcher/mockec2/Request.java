package consul.launcher.mockec2;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// A request as the services see it.
///
/// @param path decoded, without the query
/// @param headers by lower-case name, the first value of each
/// @param parameters of the query and, where the body is a form, of the body
/// @param local the address that was connected to
record Request(
        String method,
        String path,
        Map<String, String> headers,
        Map<String, String> parameters,
        InetAddress local,
        InetAddress remote) {

    static Request of(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> parameters = new LinkedHashMap<>();
        String query = exchange.getRequestURI().getRawQuery();
        addForm(query == null ? "" : query, parameters);
        if (headers.getOrDefault("content-type", "").startsWith("application/x-www-form-urlencoded")) {
            addForm(body, parameters);
        }
        return new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                headers,
                parameters,
                exchange.getLocalAddress().getAddress(),
                exchange.getRemoteAddress().getAddress());
    }

    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    private static void addForm(String form, Map<String, String> to) {
        for (String part : form.split("&", -1)) {
            int equals = part.indexOf('=');
            if (!part.isEmpty()) {
                String name = equals < 0 ? part : part.substring(0, equals);
                to.put(decode(name), equals < 0 ? "" : decode(part.substring(equals + 1)));
            }
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
