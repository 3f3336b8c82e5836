package consul.launcher.image;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Network.Ipam;
import consul.launcher.testkit.Eventually;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.testcontainers.containers.Network;

/// A network of its own with a stand-in for EC2's metadata service, on which containers are instances.
final class Fleet implements AutoCloseable {

    private static final int INSTANCES = 6;

    private final String subnet;
    private final Network network;
    private final Launched ec2;
    private final List<Launched> launched = new ArrayList<>();

    private Fleet(String subnet, Network network) {
        this.subnet = subnet;
        this.network = network;
        List<String> arguments = new ArrayList<>(List.of("--listen", "0.0.0.0", "--port", "80"));
        for (int number = 1; number <= INSTANCES; number++) {
            arguments.addAll(
                    List.of("--instance", "id=" + id(number) + ",address=" + address(number) + ",tag:Role=consul"));
        }
        ec2 = Launched.start(Images.mock(), container -> at(container, subnet + "2"), arguments.toArray(String[]::new));
        Eventually.until("the EC2 mock", Launched.PATIENCE, () -> ec2.stdout().contains("listens"));
    }

    static Fleet create() {
        // Which networks this machine has already is for the engine to know.
        for (int candidate : IntStream.range(0, 50).toArray()) {
            String subnet = "10.213." + candidate + ".";
            Network network = Network.builder()
                    .createNetworkCmdModifier(command ->
                            command.withIpam(new Ipam().withConfig(new Ipam.Config().withSubnet(subnet + "0/24"))))
                    .build();
            try {
                network.getId();
            } catch (DockerException _) {
                continue;
            }
            return new Fleet(subnet, network);
        }
        throw new AssertionError("none of 50 subnets is free");
    }

    static String id(int number) {
        return "i-0000000000000000" + number;
    }

    /// Where the stand-in for EC2 answers.
    String metadata() {
        return "http://" + subnet + "2";
    }

    String address(int number) {
        return subnet + (10 + number);
    }

    /// Starts the launcher on instance `number`.
    Launched start(int number, String... arguments) {
        Launched container = Launched.start(
                settings -> {
                    at(settings, address(number));
                    settings.withEnv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata());
                    settings.withEnv("CONSUL_RETRY_JOIN", address(1));
                },
                arguments);
        launched.add(container);
        return container;
    }

    private void at(org.testcontainers.containers.GenericContainer<?> container, String address) {
        container.withNetwork(network).withCreateContainerCmdModifier(command -> command.withIpv4Address(address));
    }

    @Override
    public void close() {
        launched.forEach(Launched::close);
        ec2.close();
        network.close();
    }
}
