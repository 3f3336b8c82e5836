package consul.launcher.image;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.ContainerConfig;
import java.util.Map;
import java.util.Objects;
import org.testcontainers.DockerClientFactory;

/// The images that the tests use, all of them on this engine already. `bin/image` made them.
final class Images {

    /// The standard's label for the image that another one was made from.
    private static final String BASE = "org.opencontainers.image.base.name";

    private Images() {}

    /// The launcher's, by the system property `image`.
    static String launcher() {
        return System.getProperty("image", "consul-launcher-test");
    }

    /// As Jib made it, without an AOT cache.
    static String untrained() {
        return launcher() + "-untrained";
    }

    /// What `Dockerfile.base` makes: the Consul image and a Java runtime.
    static String runtime() {
        return launcher() + "-base";
    }

    /// The stand-in for EC2's metadata service.
    static String mock() {
        return System.getProperty("image.mock", "consul-launcher-test-mock");
    }

    /// The Consul image that the launcher's was made from: the official one, or the stand-in for it.
    static String official() {
        return base(launcher());
    }

    /// An image of a JDK, with the same C library as the launcher's.
    static String jdk() {
        return base(mock());
    }

    private static String base(String image) {
        return label(image, BASE);
    }

    static String label(String image, String name) {
        Map<String, String> labels = Objects.requireNonNullElse(config(image).getLabels(), Map.of());
        return Objects.requireNonNull(labels.get(name), "label " + name + " of " + image);
    }

    /// The digest of an image's configuration, and thereby of all that is in it.
    static String id(String image) {
        InspectImageResponse inspected =
                DockerClientFactory.lazyClient().inspectImageCmd(image).exec();
        return Objects.requireNonNull(inspected.getId(), "id of " + image);
    }

    /// What containers of the image are made with.
    static ContainerConfig config(String image) {
        InspectImageResponse inspected =
                DockerClientFactory.lazyClient().inspectImageCmd(image).exec();
        return Objects.requireNonNull(inspected.getConfig(), "configuration of " + image);
    }
}
