package consul.launcher.mockec2;

import java.time.Instant;

/// ECS: `/ecs/TASK` and `/ecs/TASK/task` for `ECS_CONTAINER_METADATA_URI_V4`, `/ecs/credentials` for
/// `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
final class EcsMetadata {

    private static final String PREFIX = "/ecs/";

    private EcsMetadata() {}

    static Answer answer(Fleet fleet, Request request, Instant now) {
        String rest = request.path().substring(PREFIX.length());
        if (rest.equals("credentials")) {
            return Answer.json(Metadata.credentials(now));
        }
        boolean whole = rest.endsWith("/task");
        String id = whole ? rest.substring(0, rest.length() - "/task".length()) : rest;
        EcsTask task = fleet.tasks().get(id);
        if (task == null) {
            return Answer.error(404, "V4 task metadata handler: unable to find task " + id);
        }
        return Answer.json(whole ? task.task() : task.container());
    }
}
