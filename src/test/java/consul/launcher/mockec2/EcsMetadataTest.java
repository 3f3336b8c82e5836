package consul.launcher.mockec2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EcsMetadataTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "launch=EC2,network=host | default | {\"NetworkMode\":\"host\",\"IPv4Addresses\":[\"\"]}",
                "launch=EC2,network=bridge,address=172.17.0.2 | default |"
                        + " {\"NetworkMode\":\"bridge\",\"IPv4Addresses\":[\"172.17.0.2\"]}",
                "launch=FARGATE,address=10.0.2.61 | arn:aws:ecs:eu-central-1:111122223333:cluster/default |"
                        + " {\"NetworkMode\":\"awsvpc\",\"IPv4Addresses\":[\"10.0.2.61\"]}",
            })
    void showsHowTheTaskIsAttached(String task, String cluster, String network) {
        try (Ec2Mock mock = Ec2Mock.start(Options.loopback())) {
            mock.command("task", "id=158d1c8083dd49d6b527399fd6414f5c," + task);
            Caller caller = Caller.at(mock, "127.0.0.1");
            String whole =
                    caller.get("/ecs/158d1c8083dd49d6b527399fd6414f5c/task").body();
            String container =
                    caller.get("/ecs/158d1c8083dd49d6b527399fd6414f5c").body();
            assertTrue(whole.contains("\"Cluster\":\"" + cluster + "\""), whole);
            assertTrue(whole.contains("\"Networks\":[" + network + "]"), whole);
            assertTrue(container.contains("\"Networks\":[" + network + "]"), container);
            assertTrue(
                    whole.contains("\"TaskARN\":\"arn:aws:ecs:eu-central-1:111122223333:task/default/"
                            + "158d1c8083dd49d6b527399fd6414f5c\""),
                    whole);
            assertEquals(404, caller.get("/ecs/another/task").statusCode());
        }
    }
}
