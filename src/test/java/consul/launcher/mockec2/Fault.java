package consul.launcher.mockec2;

import java.util.Map;

/// Something that goes wrong with the calls it matches.
///
/// @param api `token`, `imds`, `ecs`, `ec2` or `any`
/// @param path the beginning of the paths it is for
/// @param instance the caller it is for; empty for all
/// @param times how many calls it is for; negative for all
/// @param delayMillis how long the call waits first
/// @param hang the call is never answered
/// @param status what is answered instead; 0 for the true answer
/// @param body instead of an error page: `html`, `empty`, or the text itself
/// @param code the EC2 API's error code, `RequestLimitExceeded` for example
record Fault(
        String api,
        String path,
        String instance,
        int times,
        int delayMillis,
        boolean hang,
        int status,
        String body,
        String code) {

    static final Fault NONE = new Fault("any", "/", "", 0, 0, false, 0, "", "");

    static Fault of(Attributes given) {
        Fault fault = new Fault(
                given.take("api", "any"),
                given.take("path", "/"),
                given.take("instance", ""),
                given.number("times", 1),
                given.number("delay", 0),
                given.take("hang", "false").equals("true"),
                given.number("status", 0),
                given.take("body", "html"),
                given.take("code", ""));
        given.expectNothingLeft();
        return fault;
    }

    boolean matches(Api called, String calledPath, String caller) {
        return (api.equals("any") || api.equals(called.text()))
                && calledPath.startsWith(path)
                && (instance.isEmpty() || instance.equals(caller));
    }

    boolean replacesTheAnswer() {
        return status != 0 || !code.isEmpty();
    }

    Answer answer(Api called) {
        if (called == Api.EC2 && !code.isEmpty()) {
            return QueryApi.error(status == 0 ? QueryApi.statusOf(code) : status, code, "injected");
        }
        return switch (body) {
            case "html" -> Answer.html(status, "Injected");
            case "empty" -> new Answer(status, "text/plain", "", Map.of());
            default -> new Answer(status, "text/plain", body, Map.of());
        };
    }
}
