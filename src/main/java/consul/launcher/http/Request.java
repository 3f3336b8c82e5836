package consul.launcher.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request. A control character in its head is an [IllegalArgumentException].
///
/// @param target the path with its query
/// @param fields `Name: value`, besides those that every request has
/// @param body may be empty
public record Request(String method, String target, List<String> fields, String body) {

    public Request {
        fields = List.copyOf(fields);
        refuseLineBreaks(method);
        refuseLineBreaks(target);
        fields.forEach(Request::refuseLineBreaks);
    }

    public Request(String method, String target, List<String> fields) {
        this(method, target, fields, "");
    }

    public static Request get(String target, List<String> fields) {
        return new Request("GET", target, fields);
    }

    /// What would end the line would begin another field, or request.
    private static void refuseLineBreaks(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) == 127) {
                throw new IllegalArgumentException("a control character in a request");
            }
        }
    }

    /// Whether it may be sent again when nothing has come back.
    boolean changesNothing() {
        return method.equals("GET");
    }

    /// As a record's own would be, which the JDK writes when it is first used: 12 ms of a start.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Request request
                && method.equals(request.method)
                && target.equals(request.target)
                && fields.equals(request.fields)
                && body.equals(request.body);
    }

    @Override
    public int hashCode() {
        return target.hashCode();
    }

    byte[] bytes(Endpoint endpoint) {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder text = new StringBuilder(256);
        text.append(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: ");
        text.append(endpoint.authority()).append("\r\n");
        if (!changesNothing()) {
            text.append("Content-Length: ").append(content.length).append("\r\n");
        }
        for (String field : fields) {
            text.append(field).append("\r\n");
        }
        byte[] head = text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = Arrays.copyOf(head, head.length + content.length);
        System.arraycopy(content, 0, all, head.length, content.length);
        return all;
    }
}
