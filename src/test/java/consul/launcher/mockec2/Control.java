package consul.launcher.mockec2;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.UnaryOperator;

/// The commands, below `/_mock/`: parameters by query or form, answers in JSON.
///
/// `POST launch?id=…&address=…&tag:K=V`, `terminate|stop|start|purge?id=…`, `state?id=…&state=shutting-down`,
/// `notice?id=…&kind=spot|autoscaling|rebalance|none`, `tag?id=…&tag:K=V`, `task?id=…`, `fault?api=…&status=…`,
/// `clear`; `GET fleet`, `requests`, `counters`.
final class Control {

    static final String PREFIX = "/_mock/";

    private final Ec2Mock mock;
    private final InstantSource clock;

    Control(Ec2Mock mock, InstantSource clock) {
        this.mock = mock;
        this.clock = clock;
    }

    Answer answer(Request request) {
        String command = request.path().substring(PREFIX.length());
        try {
            if (request.method().equals("GET")) {
                return show(command);
            }
            obey(command, new Attributes(request.parameters()));
            return fleet();
        } catch (NoSuchElementException e) {
            return Answer.error(404, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            return Answer.error(400, String.valueOf(e.getMessage()));
        }
    }

    private Answer show(String what) {
        return switch (what) {
            case "fleet" -> fleet();
            case "counters" -> Answer.json(mock.requests().counters());
            case "requests" ->
                Answer.json(mock.requests().entries().stream()
                        .map(RequestLog.Entry::toJson)
                        .toList());
            default -> throw new NoSuchElementException(what + ": GET knows fleet, requests and counters");
        };
    }

    void obey(String command, Attributes given) {
        switch (command) {
            case "clear" -> mock.clearFaults();
            case "fault" -> mock.inject(Fault.of(given));
            case "task" -> {
                EcsTask task = EcsTask.of(given);
                change(fleet -> fleet.add(task));
            }
            case "launch" -> {
                Instance instance = Instance.of(given, clock.instant());
                change(fleet -> fleet.launch(instance));
            }
            case "terminate", "stop", "start", "purge", "state", "notice", "tag" -> change(command, given);
            default -> throw new NoSuchElementException("there is no command " + command);
        }
    }

    private void change(String command, Attributes given) {
        String id = given.require("id");
        String kind = command.equals("notice") ? given.require("kind") : "";
        String state = command.equals("state") ? given.require("state") : "";
        Map<String, String> tags = given.takeTags();
        given.expectNothingLeft();
        change(fleet -> switch (command) {
            case "terminate" -> fleet.moveTo(State.TERMINATED, id, clock.instant());
            case "stop" -> fleet.moveTo(State.STOPPED, id, clock.instant());
            case "start" -> fleet.moveTo(State.RUNNING, id, clock.instant());
            case "state" -> fleet.moveTo(State.of(state), id, clock.instant());
            case "purge" -> fleet.purge(id);
            case "notice" -> fleet.notice(id, kind, clock.instant());
            default -> fleet.tag(id, tags);
        });
    }

    private void change(UnaryOperator<Fleet> change) {
        mock.change(change);
    }

    private Answer fleet() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(
                "instances",
                mock.fleet().instances().values().stream().map(Instance::toJson).toList());
        json.put("tasks", List.copyOf(mock.fleet().tasks().keySet()));
        return Answer.json(json);
    }
}
