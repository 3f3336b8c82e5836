package consul.launcher.entrypoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import consul.launcher.contract.NeedsRoot;
import consul.launcher.entrypoint.Step.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A volume that the Consul user owns, with the data and the configuration directory below it: what it puts there is
/// still there at the next start.
final class OwnersTest {

    private static final Owner CONSUL = new Owner(100, 1000);

    @TempDir
    private Path root;

    private Path volume;
    private Path etc;

    @BeforeEach
    void fill() throws IOException {
        volume = Files.createDirectory(root.toRealPath().resolve("volume"));
        etc = Files.createDirectory(root.toRealPath().resolve("etc"));
    }

    @Test
    void findsWhereLinksLead() throws IOException {
        Path below = Files.createDirectories(volume.resolve("a/b"));
        Files.createSymbolicLink(volume.resolve("absolute"), volume.resolve("a"));
        Files.createSymbolicLink(volume.resolve("relative"), Path.of("absolute/b"));

        assertEquals(below, Owners.followed(volume.resolve("absolute/b")));
        assertEquals(below, Owners.followed(volume.resolve("relative")));
        assertEquals(below, Owners.followed(below));
    }

    @Test
    void endsWhereLinksDoNot() throws IOException {
        Path link = volume.resolve("link");
        Files.createSymbolicLink(link, link);

        assertThrows(IOException.class, () -> Owners.followed(link));
    }

    @Test
    @NeedsRoot
    void followsTheLinkOfRoot() throws IOException {
        Path link = Files.createSymbolicLink(volume.resolve("data"), etc);

        Owners.change(link, CONSUL);

        assertEquals(CONSUL, Owners.of(etc));
        assertEquals(0, Files.getAttribute(link, "unix:uid", LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    @NeedsRoot
    void givesNothingAwayBehindTheLinkOfSomebodyElse() throws IOException {
        Path link = Files.createSymbolicLink(volume.resolve("data"), etc);
        Owners.changeItself(link, CONSUL);

        IOException refusal = assertThrows(IOException.class, () -> Owners.change(link, CONSUL));

        assertEquals(link + " is a link that uid 100 made to what belongs to uid 0", refusal.getMessage());
        assertEquals(new Owner(0, 0), Owners.of(etc));
    }

    @Test
    @NeedsRoot
    void seesTheLinkOfSomebodyElseOnTheWay() throws IOException {
        Files.createDirectory(etc.resolve("data"));
        Owners.changeItself(Files.createSymbolicLink(volume.resolve("planted"), etc), CONSUL);
        Path link = Files.createSymbolicLink(root.resolve("link"), volume.resolve("planted/data"));

        assertThrows(IOException.class, () -> Owners.change(volume.resolve("planted/data"), CONSUL));
        assertThrows(IOException.class, () -> Owners.change(link, CONSUL), "behind one of root's");
        assertEquals(new Owner(0, 0), Owners.of(etc.resolve("data")));
    }

    @Test
    @NeedsRoot
    void makesNoDirectoryBehindTheLinkOfSomebodyElse() throws IOException {
        Owners.changeItself(Files.createSymbolicLink(volume.resolve("planted"), etc), CONSUL);
        Step step = new Step.CreateDirectory(volume.resolve("planted/data"), Optional.of(CONSUL), true);

        assertTrue(new Preparer(_ -> new Preparer.Runner.Outcome(0, ""), _ -> {})
                .make(List.of(step))
                .isPresent());

        assertFalse(Files.exists(etc.resolve("data")));
    }
}
