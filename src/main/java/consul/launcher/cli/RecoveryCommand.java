package consul.launcher.cli;

import consul.launcher.config.EntrypointSettings;
import consul.launcher.config.Log;
import consul.launcher.quorum.Orders;
import consul.launcher.quorum.Place;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// `recovery status | plan | apply [--yes] [HASH]`: what the launcher that supervises this server found, and the
/// order to apply its plan. That launcher does the work, so a person and mode `auto` go the same way.
final class RecoveryCommand {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private static final Set<String> COMMANDS = Set.of("status", "plan", "apply");

    private final Surroundings surroundings;
    private final Log log;
    private final Path proc;

    /// @param proc `/proc` but for tests
    RecoveryCommand(Surroundings surroundings, Log log, Path proc) {
        this.surroundings = surroundings;
        this.log = log;
        this.proc = proc;
    }

    int run(List<String> arguments) {
        List<String> words = new ArrayList<>(arguments);
        boolean yes = words.remove("--yes");
        Path configured = EntrypointSettings.from(surroundings.environment(), _ -> {})
                .dataDirectory()
                .value();
        Place place = new Place(AgentLocator.dataDirectory(configured, proc));
        Orders orders = new Orders(place, surroundings.clock());
        Optional<String> absent = orders.absent();
        if (absent.isPresent() && COMMANDS.contains(words.isEmpty() ? "" : words.getFirst())) {
            log.error(absent.get());
            return 1;
        }
        try {
            return switch (words.isEmpty() ? "" : words.getFirst()) {
                case "status" -> words.size() == 1 && !yes ? show(orders.status()) : usage();
                case "plan" -> words.size() == 1 && !yes ? plan(orders) : usage();
                case "apply" -> words.size() <= 2 ? apply(orders, words.size() == 2 ? words.get(1) : "", yes) : usage();
                default -> usage();
            };
        } catch (IOException e) {
            log.error("the files in " + place.data() + " can't be used: " + why(e)
                    + ": run this in the server's container, as the user that the launcher runs as");
            return 1;
        }
    }

    private static String why(IOException e) {
        return e instanceof FileSystemException ? e.toString() : String.valueOf(e.getMessage());
    }

    private int plan(Orders orders) throws IOException {
        show(orders.report());
        return orders.planned().isPresent() ? 0 : 1;
    }

    private int apply(Orders orders, String hash, boolean yes) throws IOException {
        if (orders.planned().isEmpty()) {
            show(orders.report());
            log.error("there is no plan to apply");
            return 1;
        }
        String planned = orders.planned().get();
        if (!hash.isEmpty() && !hash.equals(planned)) {
            log.error("the plan is now " + planned + ", not " + hash
                    + ": read it with consul-launcher recovery plan before you apply it");
            return 1;
        }
        show(orders.report());
        if (!yes && !confirmed(planned)) {
            log.error("nothing was changed");
            return 1;
        }
        return switch (orders.apply(planned, PATIENCE)) {
            case VERIFIED -> {
                show("plan " + planned + " is applied and verified\n");
                yield 0;
            }
            case APPLIED -> {
                show("plan " + planned
                        + " is applied here; it is verified once a leader is elected, which needs the plan's"
                        + " voter: apply it there too\n");
                yield 0;
            }
            case NOTHING -> {
                log.error("the launcher did not apply the plan: read its log, and consul-launcher recovery plan");
                yield 1;
            }
        };
    }

    private boolean confirmed(String hash) throws IOException {
        surroundings.out().print("Type the plan's hash to apply it: ");
        surroundings.out().flush();
        var in = new BufferedReader(new InputStreamReader(surroundings.in(), StandardCharsets.UTF_8));
        return hash.equals(String.valueOf(in.readLine()).strip());
    }

    private int show(String text) {
        surroundings.out().print(text);
        surroundings.out().flush();
        return 0;
    }

    private int usage() {
        log.error("usage: consul-launcher recovery status, plan, or apply [--yes] [HASH]");
        return CommandLine.USAGE;
    }
}
