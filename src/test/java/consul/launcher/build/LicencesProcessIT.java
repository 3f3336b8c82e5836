package consul.launcher.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// That the list of what is shipped, the SBOM of the build, and what is shipped are the same.
final class LicencesProcessIT {

    private static final Path LIBRARIES = Path.of(System.getProperty("launcher.directory", "target/launcher"), "lib");
    private static final Path SBOM = Path.of("target/bom.json");
    private static final Pattern ROW = Pattern.compile(" *\\| (\\S+:\\S+) \\| (\\S+) \\|");

    @Test
    void theListNamesEveryLibraryWithItsLicence() throws IOException {
        Map<String, String> listed = Files.readAllLines(Path.of("docs/licences.md")).stream()
                .map(ROW::matcher)
                .filter(row -> row.matches())
                .collect(Collectors.toMap(row -> row.group(1), row -> row.group(2), (_, same) -> same, TreeMap::new));

        Map<String, String> licences = new TreeMap<>();
        for (JsonNode component : components()) {
            licences.put(
                    component.get("group").asText() + ":"
                            + component.get("name").asText(),
                    component.at("/licenses/0/license/id").asText());
        }
        assertEquals(licences, listed);
        assertFalse(licences.containsValue(""), "a library without a licence: " + licences);
    }

    @Test
    void theSbomNamesEveryFile() throws IOException {
        Set<String> named = new TreeSet<>();
        for (JsonNode component : components()) {
            named.add(component.get("name").asText() + "-"
                    + component.get("version").asText() + ".jar");
        }

        try (Stream<Path> files = Files.list(LIBRARIES)) {
            assertEquals(
                    named,
                    files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    private static JsonNode components() throws IOException {
        return new ObjectMapper().readTree(SBOM.toFile()).get("components");
    }
}
