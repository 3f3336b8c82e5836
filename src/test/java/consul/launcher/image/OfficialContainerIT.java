package consul.launcher.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.model.ContainerConfig;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What the launcher's image leaves as it is in the image it was made from.
@NeedsImage
final class OfficialContainerIT {

    /// Every file, with mode and owner, but those of the engine and of the running container.
    private static final String[] LIST = {
        "sh",
        "-c",
        "find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /consul/data \\) -prune -o -exec stat -c"
                + " '%n %A %u:%g' {} +"
    };

    private static final Pattern OURS =
            Pattern.compile("/opt(/consul-launcher(/.*)?)?|/usr/local/bin/(consul-launcher|docker-entrypoint\\.sh)");

    @Test
    void keepsUserVolumesPortsEntrypointAndCommand() {
        ContainerConfig official = Images.config(Images.official());
        ContainerConfig ours = Images.config(Images.launcher());

        assertEquals(official.getUser(), ours.getUser());
        assertEquals(volumes(official), volumes(ours));
        assertEquals(Set.of(official.getExposedPorts()), Set.of(ours.getExposedPorts()));
        assertArrayEquals(official.getEntrypoint(), ours.getEntrypoint());
        assertArrayEquals(official.getCmd(), ours.getCmd());
        assertArrayEquals(official.getEnv(), ours.getEnv());
        assertEquals(official.getWorkingDir(), ours.getWorkingDir());
    }

    @Test
    void addsOnlyItsOwnFilesAndChangesNoOther() {
        Map<String, String> official = files(Images.official());
        Map<String, String> ours = files(Images.launcher());

        Set<String> added = new HashSet<>(ours.keySet());
        added.removeAll(official.keySet());
        assertEquals(
                Set.of(),
                added.stream().filter(file -> !OURS.matcher(file).matches()).collect(Collectors.toSet()));
        assertTrue(added.contains("/usr/local/bin/consul-launcher"), "the launcher is among " + added);
        ours.keySet().removeAll(added);
        assertEquals(official, ours);
    }

    @Test
    void addsNothingThatOthersMayWriteOrThatChangesTheUser() {
        Map<String, String> ours = files(Images.launcher());
        ours.keySet().removeIf(file -> !OURS.matcher(file).matches());

        assertEquals(
                List.of(),
                ours.entrySet().stream()
                        // A link has no mode of its own.
                        .filter(file -> !file.getValue().matches("l.*|.r[w-][x-]r-[x-]r-[x-] 0:0"))
                        .toList());
    }

    @Test
    void saysWhatItIsAndWhatItWasMadeFrom() {
        assertEquals("consul-launcher", label("title"));
        assertEquals("Apache-2.0", label("licenses"));
        assertTrue(label("version").matches("\\d+\\.\\d+\\.\\d+.*"), label("version"));
        assertTrue(label("revision").matches("[0-9a-f]{40}(-modified)?|unknown"), label("revision"));
        assertEquals(Images.official(), label("base.name"));
    }

    /// One of the standard's labels.
    private static String label(String name) {
        return Images.label(Images.launcher(), "org.opencontainers.image." + name);
    }

    @Test
    void hasTheListsOfWhatIsInIt() throws IOException {
        String home = "/opt/consul-launcher/";
        Launched.Ended ended = Launched.run(
                container -> container.withCreateContainerCmdModifier(command -> command.withEntrypoint("cat")),
                home + "bom.json");
        JsonNode sbom = new ObjectMapper().readTree(ended.stdout());
        Set<String> named = new TreeSet<>();
        for (JsonNode component : sbom.get("components")) {
            named.add(home + "lib/" + component.get("name").asText() + "-"
                    + component.get("version").asText() + ".jar");
        }
        Set<String> files = files(Images.launcher()).keySet();

        assertEquals("CycloneDX", sbom.get("bomFormat").asText());
        assertEquals(
                named,
                files.stream()
                        .filter(file -> file.startsWith(home + "lib/"))
                        .collect(Collectors.toCollection(TreeSet::new)));
        assertTrue(files.containsAll(
                List.of(home + "LICENSE", home + "licences.md", home + "runtime/legal/java.base/LICENSE")));
    }

    private static Set<String> volumes(ContainerConfig config) {
        return config.getVolumes() == null ? Set.of() : config.getVolumes().keySet();
    }

    private static Map<String, String> files(String image) {
        Launched.Ended ended = Launched.run(
                image, container -> container.withCreateContainerCmdModifier(command -> command.withEntrypoint(LIST)));
        assertEquals(0, ended.exitCode(), ended::toString);
        Map<String, String> files = new TreeMap<>();
        for (String line : ended.stdout().lines().toList()) {
            int mode = line.lastIndexOf(' ', line.lastIndexOf(' ') - 1);
            files.put(line.substring(0, mode), line.substring(mode + 1));
        }
        return files;
    }
}
