package consul.launcher.mockec2;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// What goes back.
record Answer(int status, String contentType, String body, Map<String, String> headers) {

    static Answer text(String body) {
        return new Answer(200, "text/plain", body, Map.of());
    }

    static Answer json(Object value) {
        return new Answer(200, "application/json", Json.of(value), Map.of());
    }

    static Answer error(int status, String why) {
        return new Answer(status, "text/plain", why + "\n", Map.of());
    }

    /// The page that the metadata service gives with an error; a client must not take it for a value.
    static Answer html(int status, String title) {
        String page = "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<html><head><title>" + status + " - " + title
                + "</title></head><body><h1>" + status + " - " + title + "</h1></body></html>\n";
        return new Answer(status, "text/html", page, Map.of());
    }

    void send(HttpExchange exchange) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", contentType);
        headers.forEach(exchange.getResponseHeaders()::set);
        // A length of 0 means "chunked" to this server, -1 means none.
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
