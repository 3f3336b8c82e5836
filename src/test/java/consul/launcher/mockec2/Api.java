package consul.launcher.mockec2;

import java.util.Locale;

/// The services that are played, told apart by path.
public enum Api {
    /// `PUT /latest/api/token`
    TOKEN,
    /// Everything else below `/latest`.
    IMDS,
    /// `/ecs/TASK` and `/ecs/TASK/task`
    ECS,
    /// The EC2 API, `/`.
    EC2;

    static Api of(String path) {
        if (path.equals("/latest/api/token")) {
            return TOKEN;
        }
        if (path.startsWith("/latest")) {
            return IMDS;
        }
        return path.startsWith("/ecs/") ? ECS : EC2;
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
