package consul.launcher.aws;

/// What came back of one request.
///
/// @param request method and URL
/// @param status the HTTP status; 0 if there was none
/// @param body the whole body without white space around it; empty if there was none
/// @param trouble why there is no answer
/// @param detail about the trouble, for people
/// @param expected what it should have been, if it is something else; empty if it is as expected or wasn't looked at
record Answer(String request, int status, String body, Trouble trouble, String detail, String expected) {

    /// Why a request has no answer.
    enum Trouble {
        NONE,
        /// Connected, sent, and nothing, or not all of it, came back in time.
        SILENT,
        /// Not even a connection in time: packets vanish.
        NO_CONNECTION,
        /// The connection was refused, or there is no way to the address.
        REFUSED,
        /// The connection broke, or what came over it wasn't HTTP.
        BROKEN,
        /// More came than any metadata has.
        TOO_LONG,
        /// The time for all requests together was used up before.
        OUT_OF_TIME,
        /// This thread was interrupted.
        INTERRUPTED
    }

    /// Longest part of a strange body that is shown.
    private static final int EXCERPT = 60;

    static Answer of(String request, int status, String body) {
        return new Answer(request, status, body, Trouble.NONE, "", "");
    }

    static Answer failed(String request, int status, Trouble trouble, String detail) {
        return new Answer(request, status, "", trouble, detail, "");
    }

    boolean ok() {
        return status == 200 && trouble == Trouble.NONE && expected.isEmpty();
    }

    /// The same answer, found not to be what was asked for.
    Answer butExpected(String what) {
        return new Answer(request, status, body, trouble, detail, what);
    }

    /// One line for people. A body is shown only where it is an error's or wasn't what it should be: never a token.
    String line() {
        StringBuilder line = new StringBuilder(request).append(" came back: ");
        if (trouble != Trouble.NONE) {
            if (status != 0) {
                line.append(status).append(", but ");
            }
            return line.append(detail).toString();
        }
        line.append(status);
        if (!expected.isEmpty()) {
            line.append(", but ").append(excerpt()).append(" is not ").append(expected);
        } else if (status != 200 && !body.isEmpty()) {
            line.append(' ').append(excerpt());
        }
        return line.toString();
    }

    private String excerpt() {
        if (body.isEmpty()) {
            return "an empty body";
        }
        StringBuilder excerpt = new StringBuilder("\"");
        for (int i = 0; i < body.length() && i < EXCERPT; i++) {
            char c = body.charAt(i);
            excerpt.append(c < ' ' || c > '~' ? ' ' : c);
        }
        return excerpt.append(body.length() > EXCERPT ? "…\"" : "\"").toString();
    }
}
